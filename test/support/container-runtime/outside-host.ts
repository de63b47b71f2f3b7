import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);
const IPROUTE = 'ip';

/** Stands for the internet: a web server in a network namespace behind this host, on an address for documentation. */
export interface OutsideHost {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

const SERVER =
  "require('node:http').createServer((_, answer) => answer.end('outside')).listen(8080, () => console.log('up'))";

/** undefined where this process may not make one. */
export async function outsideHost(): Promise<OutsideHost | undefined> {
  const name = `sgt${randomBytes(4).toString('hex')}`;
  const net = (randomBytes(1)[0] ?? 0) & 0xfc;
  const ip = (...argv: readonly string[]) => run(IPROUTE, argv, { timeout: 10_000 });
  let server: ChildProcess | undefined;
  const close = async () => {
    server?.kill();
    await ip('netns', 'del', name).catch(() => {});
    await ip('link', 'del', name).catch(() => {});
  };
  try {
    await ip('netns', 'add', name);
    await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await ip('addr', 'add', `198.51.100.${net + 1}/30`, 'dev', name);
    await ip('link', 'set', name, 'up');
    await ip('-n', name, 'addr', 'add', `198.51.100.${net + 2}/30`, 'dev', 'eth0');
    await ip('-n', name, 'link', 'set', 'eth0', 'up');
    await ip('-n', name, 'route', 'add', 'default', 'via', `198.51.100.${net + 1}`);
    server = spawn(IPROUTE, ['netns', 'exec', name, process.execPath, '-e', SERVER], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (server.stdout !== null) await once(server.stdout, 'data');
    return { address: `198.51.100.${net + 2}`, port: 8080, close };
  } catch {
    await close();
    return undefined;
  }
}
