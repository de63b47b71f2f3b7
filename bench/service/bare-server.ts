import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const PROGRAM = `
  const server = require('node:http').createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.end('{"status":"ok"}');
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** Node's own HTTP server in a process of its own, answering every request with the same line. */
export async function bareServer(cleanUp: (task: () => Promise<void>) => void): Promise<string> {
  const child = spawn(process.execPath, ['--eval', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUp(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  const [port]: unknown[] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => {
      throw new Error('the bare server ended');
    }),
  ]);
  return `http://127.0.0.1:${String(port)}`;
}
