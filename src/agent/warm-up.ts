import { connect } from 'node:net';
import { agentHeaders } from '../contract/agent.ts';

const LIMIT_MS = 5_000;
const STREAM = 'application/connect+json';
/** Calls about things that are not there: they leave nothing behind. The commonest first calls come first. */
const CALLS: readonly { readonly path: string; readonly type: string; readonly message: object }[] = [
  { path: '/process.Process/Connect', type: STREAM, message: { process: { tag: 'warm-up' } } },
  { path: '/filesystem.Filesystem/Stat', type: 'application/json', message: { path: '/proc/0/warm-up' } },
  { path: '/filesystem.Filesystem/WatchDir', type: STREAM, message: { path: '/proc/0/warm-up' } },
];

/**
 * Makes the first calls of a sandbox's user as fast as the later ones: V8 compiles a function when it is first called,
 * for which a first stream would wait some 60 ms. Asks the agent's own port, as a caller would, one call after the
 * other, so that a real one comes in between. Costs 40 ms of a core and 3 MiB (measured 2026-11-24). Never rejects.
 */
export async function warmUp(port: number, accessToken: string): Promise<void> {
  for (const { path, type, message } of CALLS) {
    const json = Buffer.from(JSON.stringify(message));
    await say(port, headOf(path, type, accessToken), type === STREAM ? enveloped(json) : json);
  }
}

function headOf(path: string, type: string, accessToken: string): string {
  const lines = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', 'Connect-Protocol-Version: 1'];
  return [...lines, `Content-Type: ${type}`, `${agentHeaders.accessToken}: ${accessToken}`].join('\r\n');
}

function enveloped(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** On a bare socket: an HTTP client would be one more thing to compile. */
function say(port: number, head: string, body: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.setTimeout(LIMIT_MS, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
    socket.resume();
    socket.write(`${head}\r\nContent-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
  });
}
