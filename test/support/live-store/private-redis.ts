import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedisServer, redisServerFolders } from '../../../src/store/live/redis/redis-server-binary.ts';
import { until } from './real-clock.ts';

export interface PrivateRedis {
  readonly url: string;
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it without a chance to read what waits in its sockets. */
  kill(): Promise<void>;
  /** It takes connections and bytes as the kernel does, and answers nothing. */
  freeze(): void;
  thaw(): void;
  cleanUp(): Promise<void>;
}

/** A redis-server of the test's own on a free TCP port; it keeps the port over stop and start, and nothing on disk. */
export async function privateRedis({ password }: { password?: string } = {}): Promise<PrivateRedis> {
  const binary = await findRedisServer(redisServerFolders());
  if (binary === undefined) throw new Error('these tests need a redis-server: apt-get install redis-server');
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'sandglass-test-redis-'));
  const secret = password === undefined ? [] : ['--requirepass', password];
  const settings = `--port ${port} --bind 127.0.0.1 --appendonly no --enable-debug-command yes --dir ${folder}`.split(
    ' ',
  );
  let server: ChildProcess | undefined;
  const killAtExit = () => server?.kill('SIGKILL');
  process.once('exit', killAtExit);

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = server;
    server = undefined;
    if (ending === undefined || ending.exitCode !== null) return;
    ending.kill(signal);
    await once(ending, 'exit');
  }

  const redis: PrivateRedis = {
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    port,
    async start() {
      server = spawn(binary, [...settings, '--save', '', ...secret], { stdio: 'ignore' });
      await until('the private Redis listens', () => isListening(port));
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async cleanUp() {
      await end('SIGKILL');
      process.off('exit', killAtExit);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no TCP port was free');
  return address.port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
