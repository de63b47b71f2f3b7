import { bootstrapOrExit, ROOT } from './bootstrap.mjs';
import { runInForeground } from './run-in-foreground.mjs';

await bootstrapOrExit({ forTests: true });
process.exitCode = await runInForeground(['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)], { cwd: ROOT });
