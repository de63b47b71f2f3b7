import { chmodSync, mkdtempSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aroundServers, runNginx } from '../e2b/nginx.ts';
import { replaced } from './front.ts';

/** deploy/docker/socket-proxy.conf in front of the engine's socket. */
export interface SocketProxy {
  readonly dockerHost: string;
  /** Status of a call to the engine through it; what the engine says after that is not read. */
  ask(method: string, path: string): Promise<number>;
  /** Calls that it did not pass on, as `METHOD PATH`. */
  refused(): readonly string[];
  close(): Promise<void>;
}

const DEADLINE_MS = 10_000;

export async function socketProxy(): Promise<SocketProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-socket-proxy-'));
  const socketPath = join(folder, 'docker.sock');
  const server = replaced(readFileSync('deploy/docker/socket-proxy.conf', 'utf8'), {
    'unix:/run/sandglass/docker.sock': `unix:${socketPath}`,
  });
  const settings = replaced(aroundServers(folder, server), { 'user www-data;': 'user root;' });
  const ask = (method: string, path: string) => statusOf({ socketPath, method, path });
  const isAnswering = () =>
    ask('GET', '/_ping').then(
      (status) => status === 200,
      () => false,
    );
  const { close } = await runNginx({ folder, settings, isAnswering });
  chmodSync(folder, 0o700);
  const refused = () => {
    const lines = readFileSync(join(folder, 'access.log'), 'utf8').split('\n');
    return lines.flatMap((line) => /"(\S+ \S+) HTTP\/1\.[01]" 403 /.exec(line)?.[1] ?? []);
  };
  return { dockerHost: `unix://${socketPath}`, ask, refused, close };
}

function statusOf(call: { readonly socketPath: string; readonly method: string; readonly path: string }) {
  return new Promise<number>((resolve, reject) => {
    // No such body is taken by any call: nothing is made.
    const headers = { 'content-type': 'text/plain', 'content-length': 1 };
    const sent = request({ ...call, headers, timeout: DEADLINE_MS }, (answer) => {
      resolve(answer.statusCode ?? 0);
      answer.destroy();
    });
    sent.once('timeout', () => sent.destroy(new Error(`no answer to ${call.method} ${call.path}`)));
    sent.once('error', reject);
    sent.end('x');
  });
}
