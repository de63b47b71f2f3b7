import { execFile } from 'node:child_process';
import type { CliEnd } from './run-cli.ts';

const DEADLINE_MS = 40_000;

/**
 * Runs the built command line in a process of its own, with no SANDGLASS_ variable but those given. Its standard input
 * holds `input`; without one it stays open and silent.
 */
export function cliProcess(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string | Uint8Array,
): Promise<CliEnd> {
  const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env };
  return new Promise((resolve, reject) => {
    const options = { env: environment, timeout: DEADLINE_MS };
    const child = execFile(process.execPath, ['dist/cli.js', ...argv], options, (error, stdout, stderr) => {
      if (error?.signal) reject(new Error(`sandglass ${argv.join(' ')} did not end in time:\n${stderr}`));
      else resolve({ exitCode: child.exitCode ?? -1, results: stdout, progress: stderr });
    });
    if (input !== undefined) child.stdin?.end(input);
  });
}
