import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program of Node in a process of its own, which prints the port that it listens on; its URL. */
export async function childServer(
  program: string,
  parameters: readonly string[],
  cleanUp: (task: () => Promise<void>) => void,
): Promise<string> {
  const child = spawn(process.execPath, ['--eval', program, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUp(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  const [port]: unknown[] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => {
      throw new Error('a server of the bench ended');
    }),
  ]);
  return `http://127.0.0.1:${String(port)}`;
}
