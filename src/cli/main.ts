import { processOutput } from './output.ts';
import { runCommand } from './run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2), { env: process.env, output: processOutput(process.env) });
