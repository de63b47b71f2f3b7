import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LONGEST_MS = 5_000;

/** Makes a named pipe at each path; rejects with what the program said when it cannot. Nothing else makes them: Node has no mkfifo(3). */
export type MakeFifos = (paths: readonly string[]) => Promise<void>;

/** `mkfifo` of the agent's folder under its own loader, as Node is started; the machine's where the agent has none. */
export function mkfifoProgram(folder: string = dirname(process.argv[1] ?? '')): MakeFifos {
  const [program = '', ...args] = argvOf(folder);
  return (paths) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, [...args, ...paths], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
        timeout: LONGEST_MS,
        killSignal: 'SIGKILL',
      });
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(0, 500);
      });
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (code === 0) resolve();
        else reject(new Error(said.trim() || `mkfifo ended with ${signal ?? code}.`));
      });
    });
}

function argvOf(folder: string): readonly string[] {
  const own = join(folder, 'mkfifo');
  if (!existsSync(own)) return ['mkfifo'];
  const lib = join(folder, 'lib');
  const loader = readdirSync(lib).find((name) => /^ld-(linux|musl)/.test(name));
  return loader === undefined ? [own] : [join(lib, loader), '--library-path', lib, own];
}
