import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sandboxInfoFields } from '../../src/domain/sandbox-info.ts';
import { silentLog } from '../../src/observe/logger.ts';
import type { LiveStore } from '../../src/ports/live-store.ts';
import { openLiveStore } from '../../src/store/live/open-live-store.ts';
import { redisLiveStore } from '../../src/store/live/redis/redis-live-store.ts';
import { liveStoreSuite } from '../contract/live-store-suite.ts';
import { type PrivateRedis, privateRedis } from '../support/live-store/private-redis.ts';
import { realClock } from '../support/live-store/real-clock.ts';
import { fieldsOfTheRowAlone, sandboxInfo } from '../support/live-store/sandbox-info.ts';

let redis: PrivateRedis;
let dataDir: string;
beforeAll(async () => {
  redis = await privateRedis();
  dataDir = await mkdtemp(join(tmpdir(), 'sandglass-test-'));
});
afterAll(async () => {
  await redis.cleanUp();
  await rm(dataDir, { recursive: true, force: true });
});

const openByUrl = (serviceId: string) =>
  redisLiveStore({ url: redis.url, serviceId, clock: realClock, log: silentLog });

liveStoreSuite('Redis live store by URL', () => openByUrl(randomUUID()));
liveStoreSuite('embedded Redis live store', () =>
  openLiveStore({ setting: 'embedded', dataDir, serviceId: randomUUID(), clock: realClock, log: silentLog }),
);

describe('what is in Redis', () => {
  let client: Redis;
  let store: LiveStore;
  beforeEach(async () => {
    client = new Redis(redis.url);
    await client.flushall();
    store = await openByUrl('service1');
  });
  afterEach(async () => {
    await store.close();
    client.disconnect();
  });

  const key = 'sandglass:service1:live:sandbox1';

  it('is one hash per sandbox, readable with HGET, without a time to live', async () => {
    await store.seed(sandboxInfo({ tenant: null, labels: { a: 'ü' } }));
    expect(await client.keys('*')).toEqual([key]);
    expect(await client.ttl(key)).toBe(-1);
    expect(await client.hmget(key, 'state', 'incarnation', 'autoResume', 'labels', 'createdAtMs', 'tenant')).toEqual([
      'running',
      '1',
      'true',
      '{"a":"ü"}',
      '1790000000000',
      null,
    ]);
  });

  it('holds no field outside the schema after seed, patch and touch', async () => {
    await store.seed({ ...sandboxInfo(), ...fieldsOfTheRowAlone });
    await store.patch('sandbox1', 1, { ...fieldsOfTheRowAlone, state: 'paused' });
    await store.touch('sandbox1', 1, 1_790_000_001_000);
    const hash = await client.hgetall(key);
    expect(Object.keys(hash).sort()).toEqual([...sandboxInfoFields].sort());
    expect(hash).toMatchObject({ state: 'paused', lastActivityAtMs: '1790000001000' });
  });

  it.each(['id', 'state', 'incarnation', 'labels', 'resources', 'autoResume', 'createdAtMs'])(
    'is no entry once it lost its %s',
    async (field) => {
      await store.seed(sandboxInfo());
      await client.hdel(key, field);
      expect(await store.get('sandbox1')).toBeUndefined();
    },
  );

  it.each([
    ['incarnation', 'one'],
    ['labels', '{"a":'],
    ['resources', '{"cpus":1}'],
    ['createdAtMs', '"1"'],
    ['id', 'another'],
  ])('is no entry with %s = %s', async (field, value) => {
    await store.seed(sandboxInfo());
    await client.hset(key, field, value);
    expect(await store.get('sandbox1')).toBeUndefined();
    expect(await store.seed(sandboxInfo())).toBe(true);
    expect(await store.get('sandbox1')).toEqual(sandboxInfo());
  });

  it('is no entry when a key of another type is in its place, which a seed replaces', async () => {
    await client.set(key, 'text');
    expect(await store.get('sandbox1')).toBeUndefined();
    expect(await store.patch('sandbox1', 1, { state: 'paused' })).toBe(false);
    expect(await store.touch('sandbox1', 1, 5)).toBe(false);
    expect(await store.seed(sandboxInfo())).toBe(true);
    expect(await store.get('sandbox1')).toEqual(sandboxInfo());
    await client.set(key, 'text');
    expect(await store.evict('sandbox1', 1)).toBe(true);
    expect(await client.exists(key)).toBe(0);
  });

  it('does not depend on scripts that Redis still knows', async () => {
    await store.seed(sandboxInfo());
    await client.script('FLUSH');
    expect(await store.seed(sandboxInfo({ incarnation: 2 }))).toBe(true);
    expect(await store.patch('sandbox1', 2, { state: 'paused' })).toBe(true);
  });

  it('of another service is neither read, listed, nor changed', async () => {
    const foreign = { 'sandglass:service2:live:sandbox1': 'x', 'sandglass:service1:lively': 'y', unrelated: 'z' };
    await client.mset(foreign);
    const other = await openByUrl('service*');
    await other.seed(sandboxInfo({ id: 'theirs' }));
    await store.seed(sandboxInfo({ id: 'ours' }));
    expect(await allIds(store)).toEqual(['ours']);
    expect(await allIds(other)).toEqual(['theirs']);
    expect(await store.get('theirs')).toBeUndefined();
    expect(await store.evict('theirs', 99)).toBe(false);
    expect(await client.mget(Object.keys(foreign))).toEqual(Object.values(foreign));
    await other.close();
  });

  it('is listed whatever characters the id of the service has', async () => {
    const odd = await openByUrl('a*b?c[d]e\\f^g');
    await odd.seed(sandboxInfo());
    expect(await allIds(odd)).toEqual(['sandbox1']);
    await odd.close();
  });

  it('is found among a hundred thousand keys of others', async () => {
    await client.eval("for n = 1, 100000 do redis.call('SET', 'noise:' .. n, 1) end", 0);
    await store.seed(sandboxInfo());
    expect(await allIds(store)).toEqual(['sandbox1']);
  });
});

async function allIds(store: LiveStore): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of store.ids()) ids.push(...page);
  return ids;
}
