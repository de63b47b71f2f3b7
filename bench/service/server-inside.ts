import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchSandbox } from './bench-sandbox.ts';

/** What it answers to every request. */
export const SERVER_ANSWER = 'hello, world\n';

const serverOn = (port: number) => `
  require('node:http').createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'text/plain', 'content-length': 13 });
    answer.end('hello, world\\n');
  }).listen(${port});
`;
const AGENT_NODE =
  '/opt/sandglass/lib/ld-linux-x86-64.so.2 --library-path /opt/sandglass/lib /opt/sandglass/node /tmp/server.cjs';

const LONGEST_START_MS = 20_000;
const LOOK_MS = 50;

/** By the agent's own Node: an image need not have one. Resolves when it answers. */
export async function startServerInside({ inside, address }: BenchSandbox, port: number): Promise<void> {
  await inside.ask(`cat > /tmp/server.cjs <<'END'\n${serverOn(port)}\nEND`);
  await inside.ask(`nohup ${AGENT_NODE} >/tmp/server.log 2>&1 & :`);
  const endMs = performance.now() + LONGEST_START_MS;
  // Refused while it starts.
  while (!(await answers(`http://${address}:${port}/`))) {
    if (performance.now() > endMs) throw new Error(`no server inside: ${await inside.ask('cat /tmp/server.log')}`);
    await sleep(LOOK_MS);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url);
    return (await answer.text()) === SERVER_ANSWER;
  } catch {
    return false;
  }
}
