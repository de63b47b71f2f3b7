import { bootstrapOrExit, ROOT } from './bootstrap.mjs';
import { runInForeground } from './run-in-foreground.mjs';

/** Runs a program of bench/ against the built service, with the arguments that this one was given. */
export async function runMeasurements(program) {
  await bootstrapOrExit('tests');
  process.exitCode = await runInForeground(['--import', 'tsx', program, ...process.argv.slice(2)], { cwd: ROOT });
}
