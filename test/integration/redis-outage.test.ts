import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { LiveStore } from '../../src/ports/live-store.ts';
import { redisLiveStore } from '../../src/store/live/redis/redis-live-store.ts';
import { freePort, type PrivateRedis, privateRedis } from '../support/live-store/private-redis.ts';
import { realClock, until } from '../support/live-store/real-clock.ts';
import { type RecordingLog, recordingLog } from '../support/live-store/recording-log.ts';
import { sandboxInfo } from '../support/live-store/sandbox-info.ts';

const BOUND_MS = 1_200;
const PASSWORD = 'p%40ss-word-9f3a';

let redis: PrivateRedis;
let log: RecordingLog;
beforeEach(async () => {
  redis = await privateRedis();
  log = recordingLog();
});
afterEach(() => redis.cleanUp());

async function openStore(url = redis.url): Promise<LiveStore> {
  const store = await redisLiveStore({ url, serviceId: 'service1', clock: realClock, log });
  onTestFinished(() => store.close());
  return store;
}

const everyCall: Readonly<Record<string, (store: LiveStore) => Promise<unknown>>> = {
  seed: (store) => store.seed(sandboxInfo()),
  patch: (store) => store.patch('sandbox1', 1, { state: 'paused' }),
  touch: (store) => store.touch('sandbox1', 1, 2_000_000_000_000),
  get: (store) => store.get('sandbox1'),
  evict: (store) => store.evict('sandbox1', 1),
  ids: (store) => store.ids()[Symbol.asyncIterator]().next(),
};

/** What each call came to, all at once, with the longest time one took. */
async function callsAtOnce(store: LiveStore): Promise<{ codes: unknown[]; longestMs: number }> {
  const startedMs = realClock.monotonicMs();
  const outcomes = await Promise.allSettled(Object.values(everyCall).map((call) => call(store)));
  const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'answered'));
  return { codes, longestMs: realClock.monotonicMs() - startedMs };
}

const allUnavailable = Object.keys(everyCall).map(() => 'storage_unavailable');

describe('a Redis that is stopped', () => {
  it.each(Object.entries(everyCall))('fails %s with storage_unavailable within the bound', async (_name, call) => {
    const store = await openStore();
    await redis.stop();
    const startedMs = realClock.monotonicMs();
    await expect(call(store)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(realClock.monotonicMs() - startedMs).toBeLessThan(BOUND_MS);
  });

  it('shows in the status and once in the log, however many retries fail', async () => {
    const store = await openStore();
    await redis.stop();
    await until('the store is down', () => !store.status().isUp);
    await realClock.sleep(1_500);
    expect(store.status()).toMatchObject({ kind: 'redis', isUp: false });
    expect(store.status().detail).toMatch(/ECONNREFUSED.*down since 20/);
    expect(log.lines).toHaveLength(1);
    expect(log.events('warn')).toEqual(['live_store.down']);
  });

  it('is used again once it is back, and tells the listeners once', async () => {
    const store = await openStore();
    let told = 0;
    let toldToTheOther = 0;
    store.onReconnect(() => {
      told += 1;
    });
    store.onReconnect(() => {
      toldToTheOther += 1;
    })();
    for (const round of [1, 2]) {
      await redis.stop();
      await until('the store is down', () => !store.status().isUp);
      await redis.start();
      await until('the store is up', () => store.status().isUp);
      expect(await store.seed(sandboxInfo())).toBe(true);
      expect(await store.get('sandbox1')).toEqual(sandboxInfo());
      expect(told).toBe(round);
    }
    expect(toldToTheOther).toBe(0);
    expect(log.events('info')).toEqual(['live_store.up', 'live_store.up']);
  });

  it('is not hurt by a listener that throws', async () => {
    const store = await openStore();
    store.onReconnect(() => {
      throw new Error('from the listener');
    });
    await redis.stop();
    await until('the store is down', () => !store.status().isUp);
    await redis.start();
    await until('the store is up', () => store.status().isUp);
    expect(await store.get('sandbox1')).toBeUndefined();
    expect(log.events('error')).toEqual(['live_store.listener_failed']);
  });

  it('does not hear, when it is back, a write whose caller was told that it failed', async () => {
    const store = await openStore();
    redis.freeze();
    await expect(store.seed(sandboxInfo())).rejects.toMatchObject({ code: 'storage_unavailable' });
    await redis.kill();
    await redis.start();
    await until('the store is up', () => store.status().isUp);
    expect(await store.get('sandbox1')).toBeUndefined();
  });
});

describe('a Redis that is down when the store opens', () => {
  it('lets the store come up, down, and announces its first answer', async () => {
    await redis.stop();
    const startedMs = realClock.monotonicMs();
    const store = await openStore();
    expect(realClock.monotonicMs() - startedMs).toBeLessThan(BOUND_MS);
    expect(store.status().isUp).toBe(false);
    expect((await callsAtOnce(store)).codes).toEqual(allUnavailable);
    let told = 0;
    store.onReconnect(() => {
      told += 1;
    });
    await redis.start();
    await until('the store is up', () => store.status().isUp);
    expect(told).toBe(1);
    expect(await store.seed(sandboxInfo())).toBe(true);
  });

  it('is waited for no longer than the bound when it takes connections but answers nothing', async () => {
    redis.freeze();
    const startedMs = realClock.monotonicMs();
    const store = await openStore();
    expect(realClock.monotonicMs() - startedMs).toBeLessThan(BOUND_MS);
    expect(store.status().isUp).toBe(false);
    redis.thaw();
    await until('the store is up', () => store.status().isUp);
  });
});

describe('a Redis that is frozen', () => {
  it('bounds every call, and those after the first bound fail at once', async () => {
    const store = await openStore();
    await store.seed(sandboxInfo());
    redis.freeze();
    const first = await callsAtOnce(store);
    expect(first.codes).toEqual(allUnavailable);
    expect(first.longestMs).toBeLessThan(BOUND_MS);
    await until('the store is down', () => !store.status().isUp);
    const second = await callsAtOnce(store);
    expect(second.codes).toEqual(allUnavailable);
    expect(second.longestMs).toBeLessThan(100);
    redis.thaw();
    await until('the store is up', () => store.status().isUp);
    expect(await store.seed(sandboxInfo({ incarnation: 2 }))).toBe(true);
  });

  it('does not hold up close', async () => {
    const store = await openStore();
    redis.freeze();
    const startedMs = realClock.monotonicMs();
    await store.close();
    expect(realClock.monotonicMs() - startedMs).toBeLessThan(BOUND_MS);
  });
});

it('a Redis that is merely slow is waited for', async () => {
  const store = await openStore();
  const sleeper = new Redis(redis.url);
  onTestFinished(() => sleeper.disconnect());
  await sleeper.ping();
  const sleeping = sleeper.call('DEBUG', 'SLEEP', '0.4');
  await realClock.sleep(50);
  expect(await store.seed(sandboxInfo())).toBe(true);
  await sleeping;
  expect(store.status().isUp).toBe(true);
});

it('a Redis that was flushed has no entries and goes on', async () => {
  const store = await openStore();
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  await store.seed(sandboxInfo());
  await client.flushall();
  expect(await store.get('sandbox1')).toBeUndefined();
  expect(await store.patch('sandbox1', 1, { state: 'paused' })).toBe(false);
  expect(await store.seed(sandboxInfo())).toBe(true);
});

it('a Redis that refuses writes is unavailable, without the refused values in the error', async () => {
  const store = await openStore();
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  await store.seed(sandboxInfo());
  await client.config('SET', 'maxmemory', '1');
  const refusal = store.patch('sandbox1', 1, { trafficTokenHash: 'nobody-may-see-this' });
  const failure: unknown = await refusal.catch((error) => error);
  expect(failure).toMatchObject({ code: 'storage_unavailable', cause: { message: expect.stringMatching(/^OOM /) } });
  expect(inspect(failure, { depth: null, showHidden: true })).not.toContain('nobody-may-see-this');
});

describe('the password of the URL', () => {
  const everythingSaid = (store: LiveStore, said: unknown[]) =>
    inspect([store.status(), log.lines, said], { depth: null, showHidden: true });

  it('opens a Redis that asks for it', async () => {
    const guarded = await privateRedis({ password: 'p@ss' });
    onTestFinished(() => guarded.cleanUp());
    const store = await openStore(`redis://default:p%40ss@127.0.0.1:${guarded.port}/3`);
    expect(await store.seed(sandboxInfo())).toBe(true);
    expect(store.status().detail).toBe(`redis://127.0.0.1:${guarded.port}/3`);
  });

  it('is said nowhere when it is wrong, and the store is down', async () => {
    const guarded = await privateRedis({ password: 'another' });
    onTestFinished(() => guarded.cleanUp());
    const store = await openStore(`redis://:${PASSWORD}@127.0.0.1:${guarded.port}`);
    expect(store.status()).toMatchObject({ isUp: false });
    expect(store.status().detail).toContain('WRONGPASS');
    const failure: unknown = await store.seed(sandboxInfo()).catch((error) => error);
    expect(failure).toMatchObject({ code: 'storage_unavailable' });
    expect(everythingSaid(store, [failure])).not.toMatch(/p%40ss|p@ss/);
  });

  it('is said nowhere when nothing listens', async () => {
    const store = await openStore(`redis://user:${PASSWORD}@127.0.0.1:${await freePort()}/0`);
    expect(store.status().isUp).toBe(false);
    expect(everythingSaid(store, [])).not.toMatch(/p%40ss|p@ss|user/);
  });
});
