import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { LiveStore } from '../../src/ports/live-store.ts';
import { openLiveStore } from '../../src/store/live/open-live-store.ts';
import {
  type EmbeddedRedis,
  type EmbeddedRedisDeps,
  embeddedRedis,
} from '../../src/store/live/redis/embedded-redis.ts';
import { endServersBelow, isAlive, leaveServerBehind, recordedPid } from '../support/live-store/left-behind.ts';
import { realClock, until } from '../support/live-store/real-clock.ts';
import { type RecordingLog, recordingLog } from '../support/live-store/recording-log.ts';
import { sandboxInfo } from '../support/live-store/sandbox-info.ts';

let dataDir: string;
let log: RecordingLog;
let started: { stop(): Promise<void> }[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandglass-test-'));
  log = recordingLog();
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((one) => one.stop()));
  await endServersBelow(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

async function startEmbedded(changes: Partial<EmbeddedRedisDeps> = {}): Promise<EmbeddedRedis> {
  const server = await embeddedRedis({ dataDir, clock: realClock, log, ...changes });
  if (server === undefined) throw new Error('these tests need a redis-server: apt-get install redis-server');
  started.push(server);
  return server;
}

async function openEmbedded(): Promise<LiveStore> {
  const store = await openLiveStore({ setting: 'embedded', dataDir, serviceId: 'service1', clock: realClock, log });
  started.push({ stop: store.close });
  return store;
}

describe('the embedded server', () => {
  it('is for its user alone: private folder and socket, no TCP port, nothing kept on disk', async () => {
    const { socketPath, pid, adopted } = await startEmbedded();
    expect(adopted).toBe(false);
    expect(socketPath).toBe(join(dataDir, 'redis', 'redis.sock'));
    expect((await stat(dirname(socketPath))).mode & 0o777).toBe(0o700);
    expect((await stat(socketPath)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'redis', 'redis.log'))).mode & 0o777).toBe(0o600);
    const client = new Redis(socketPath);
    onTestFinished(() => client.disconnect());
    const settings = ['port', 'tls-port', 'save', 'appendonly', 'maxmemory-policy', 'unixsocketperm', 'daemonize'];
    const values = Object.fromEntries(await Promise.all(settings.map((name) => settingOf(client, name))));
    expect(values).toEqual({
      port: '0',
      'tls-port': '0',
      save: '',
      appendonly: 'no',
      'maxmemory-policy': 'noeviction',
      unixsocketperm: '700',
      daemonize: 'no',
    });
    expect(Number((await client.info('server')).match(/process_id:(\d+)/)?.[1])).toBe(pid);
  });

  it('makes a folder private that was not', async () => {
    await mkdir(join(dataDir, 'redis'));
    await chmod(join(dataDir, 'redis'), 0o755);
    await startEmbedded();
    expect((await stat(join(dataDir, 'redis'))).mode & 0o777).toBe(0o700);
  });

  it('is given nothing of the environment of the service', async () => {
    process.env['SANDGLASS_TEST_SECRET'] = 'secret';
    onTestFinished(() => void delete process.env['SANDGLASS_TEST_SECRET']);
    // The real one overwrites its environment in memory: /proc would show nothing either way.
    await writeFile(join(dataDir, 'redis-server'), '#!/bin/sh\nexec /usr/bin/env\n', { mode: 0o755 });
    const server = await startEmbedded({ binaryFolders: [dataDir] });
    await server.stop();
    const environment = await readFile(join(dataDir, 'redis', 'redis.log'), 'utf8');
    expect(environment).toContain('PWD=');
    expect(environment).not.toContain('SANDGLASS');
    expect(environment).not.toContain('PATH=');
  });

  it('ends with stop, its socket and pid file too, and stop can be called twice', async () => {
    const server = await startEmbedded();
    const { pid, socketPath } = server;
    await Promise.all([server.stop(), server.stop()]);
    expect(await isAlive(pid)).toBe(false);
    expect(server.pid).toBeUndefined();
    await expect(stat(socketPath)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(stat(join(dataDir, 'redis', 'redis.pid'))).rejects.toMatchObject({ code: 'ENOENT' });
    await realClock.sleep(300);
    expect(log.events('warn')).toEqual([]);
  });

  it('ends when its signal is aborted', async () => {
    const ending = new AbortController();
    const { pid } = await startEmbedded({ signal: ending.signal });
    ending.abort();
    await until('the server is gone', async () => !(await isAlive(pid)));
  });

  it('ends even when it does not react to SIGTERM', async () => {
    const server = await startEmbedded();
    const { pid } = server;
    if (pid !== undefined) process.kill(pid, 'SIGSTOP');
    const startedMs = realClock.monotonicMs();
    await server.stop();
    expect(realClock.monotonicMs() - startedMs).toBeLessThan(2_500);
    expect(await isAlive(pid)).toBe(false);
  });

  it('ends with stop when its data directory was deleted', async () => {
    const server = await startEmbedded();
    const { pid } = server;
    await rm(dataDir, { recursive: true, force: true });
    await server.stop();
    expect(await isAlive(pid)).toBe(false);
  });

  it('is started again after it was killed, and the store goes on with it', async () => {
    const store = await openEmbedded();
    let told = 0;
    store.onReconnect(() => {
      told += 1;
    });
    await store.seed(sandboxInfo());
    const firstPid = await recordedPid(dataDir);
    process.kill(firstPid, 'SIGKILL');
    await until('the store is down', () => !store.status().isUp);
    await until('the store is up', () => store.status().isUp);
    expect(told).toBe(1);
    expect(await recordedPid(dataDir)).not.toBe(firstPid);
    expect(await store.get('sandbox1')).toBeUndefined();
    expect(await store.seed(sandboxInfo())).toBe(true);
    const lastPid = await recordedPid(dataDir);
    await store.close();
    expect(await isAlive(lastPid)).toBe(false);
  });

  it('stays the one it is when only the watching connection was cut', async () => {
    const server = await startEmbedded();
    const { pid } = server;
    const client = new Redis(server.socketPath);
    onTestFinished(() => client.disconnect());
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await until('the loss was noticed', () => log.events('warn').length === 1);
    await until('the server was found again', () => server.pid !== undefined);
    expect(server).toMatchObject({ pid, adopted: false });
  });

  it('has its log cut at the next start when it has grown too long', async () => {
    await mkdir(join(dataDir, 'redis'));
    const logFile = join(dataDir, 'redis', 'redis.log');
    await writeFile(logFile, 'x'.repeat(2 * 1024 * 1024));
    await startEmbedded();
    expect((await stat(logFile)).size).toBeLessThan(64 * 1024);
  });
});

describe('a server that a killed service left behind', () => {
  it('is adopted with its entries by the next start, and ends when that one closes', async () => {
    const pid = await leaveServerBehind(dataDir);
    const store = await openEmbedded();
    expect(store.status().detail).toContain('adopted');
    expect(await store.get('sandbox1')).toEqual(sandboxInfo());
    expect(await recordedPid(dataDir)).toBe(pid);
    await store.close();
    expect(await isAlive(pid)).toBe(false);
  });

  it('is replaced when it died meanwhile', async () => {
    const pid = await leaveServerBehind(dataDir);
    process.kill(pid, 'SIGKILL');
    await until('the server is gone', async () => !(await isAlive(pid)));
    const server = await startEmbedded();
    expect(server.adopted).toBe(false);
    expect(server.pid).not.toBe(pid);
  });

  it('is ended and replaced when it does not answer', async () => {
    const pid = await leaveServerBehind(dataDir);
    process.kill(pid, 'SIGSTOP');
    const server = await startEmbedded();
    expect(server.adopted).toBe(false);
    expect(await isAlive(pid)).toBe(false);
  });

  it('is not what a stale pid file names when that is another process', async () => {
    const bystander = spawn('sleep', ['60']);
    onTestFinished(() => void bystander.kill('SIGKILL'));
    await mkdir(join(dataDir, 'redis'));
    await writeFile(join(dataDir, 'redis', 'redis.pid'), `${bystander.pid}\n`);
    const server = await startEmbedded();
    expect(server.adopted).toBe(false);
    await server.stop();
    expect(await isAlive(bystander.pid)).toBe(true);
  });

  it.each(['', '0\n', '1\n', '-1\n', 'text\n', '99999999999\n'])(
    'is not what a pid file with %j names',
    async (content) => {
      await mkdir(join(dataDir, 'redis'));
      await writeFile(join(dataDir, 'redis', 'redis.pid'), content);
      expect((await startEmbedded()).adopted).toBe(false);
    },
  );
});

describe('a data directory', () => {
  it('that is too long for a socket has it in a private folder for temporary files, and says so', async () => {
    const longDir = join(dataDir, 'é'.repeat(40), 'x'.repeat(40));
    const server = await startEmbedded({ dataDir: longDir });
    onTestFinished(() => rm(dirname(server.socketPath), { recursive: true, force: true }));
    expect(server.socketPath).toMatch(/^\S+\/sandglass-[0-9a-f]{16}\/redis\.sock$/);
    expect(Buffer.byteLength(server.socketPath)).toBeLessThanOrEqual(107);
    expect((await stat(dirname(server.socketPath))).mode & 0o777).toBe(0o700);
    expect(log.events('info')).toContain('embedded_redis.socket_elsewhere');
    const client = new Redis(server.socketPath);
    onTestFinished(() => client.disconnect());
    expect(await client.ping()).toBe('PONG');
  });

  it('with spaces and quotes in its path works', async () => {
    const oddDir = join(dataDir, `a b "c" 'd' é`);
    const server = await startEmbedded({ dataDir: oddDir });
    expect(server.pid).toBeDefined();
    expect(server.socketPath).toBe(join(oddDir, 'redis', 'redis.sock'));
  });

  it('whose redis is a link or a file is refused with a hint', async () => {
    await symlink(tmpdir(), join(dataDir, 'redis'));
    await expect(startEmbedded()).rejects.toMatchObject({ code: 'storage_unavailable', hint: expect.any(String) });
    await rm(join(dataDir, 'redis'));
    await writeFile(join(dataDir, 'redis'), '');
    await expect(startEmbedded()).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});

describe('a machine', () => {
  const openWith = (binaryFolders: readonly string[]) =>
    openLiveStore({ setting: 'embedded', dataDir, serviceId: 'service1', clock: realClock, log, binaryFolders });

  it('without a redis-server has the live store in memory and is told how to get one', async () => {
    const store = await openWith([dataDir]);
    expect(store.status()).toMatchObject({ kind: 'memory', isUp: true });
    expect(store.status().detail).toContain('apt-get install redis-server');
    expect(log.events('warn')).toEqual(['live_store.fallback']);
    expect(await store.seed(sandboxInfo())).toBe(true);
  });

  it('with a redis-server that ends at once has a store that is down, and closes it in bounded time', async () => {
    await writeFile(join(dataDir, 'redis-server'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    const store = await openWith([dataDir]);
    started.push({ stop: store.close });
    await expect(store.get('sandbox1')).rejects.toMatchObject({ code: 'storage_unavailable' });
    await realClock.sleep(500);
    expect(log.events('error')).toEqual(['embedded_redis.failed']);
    const startedMs = realClock.monotonicMs();
    await store.close();
    expect(realClock.monotonicMs() - startedMs).toBeLessThan(1_000);
  });
});

async function settingOf(client: Redis, name: string): Promise<[string, string | undefined]> {
  // CONFIG GET answers name and value in turn; ioredis does not type the reply.
  const [, value] = (await client.config('GET', name)) as string[];
  return [name, value];
}
