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

/** By the agent's own Node: an image need not have one. */
export async function startServerInside({ inside, address }: BenchSandbox, port: number): Promise<void> {
  await inside.ask(`cat > /tmp/server.cjs <<'END'\n${serverOn(port)}\nEND`);
  await inside.ask(`nohup ${AGENT_NODE} >/tmp/server.log 2>&1 & sleep 0.5`);
  const answer = await fetch(`http://${address}:${port}/`);
  if (answer.status !== 200) throw new Error(`the server inside answered ${answer.status}`);
}
