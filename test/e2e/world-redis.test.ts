import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sandboxInfoFields } from '../../src/domain/sandbox-info.ts';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { serviceIdOf } from '../support/engine.ts';
import { type PrivateRedis, privateRedis } from '../support/live-store/private-redis.ts';
import { sqlRow } from '../support/rows-of.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import { type SlowProxy, slowProxy } from '../support/world/slow-proxy.ts';

const IMAGE = 'sandglass-busybox:latest';

describe('a Redis that fails while sandboxes run', () => {
  let redis: PrivateRedis;
  let proxy: SlowProxy;
  let service: ServiceProcess;
  let api: Api;
  beforeEach(async () => {
    redis = await privateRedis();
    proxy = await slowProxy(redis.port);
    service = await startService({ SANDGLASS_REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
    api = apiOf(service);
  });
  afterEach(async () => {
    redis?.thaw();
    await service?.dispose();
    await proxy?.close();
    await redis?.cleanUp();
  });

  const start = async (body: object = {}) => {
    const answer = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, ...body } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body;
  };
  const view = async (id: string) => (await api('GET', `/v1/sandboxes/${id}`)).body;
  const withRedis = async <T>(look: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(redis.url, { lazyConnect: true, maxRetriesPerRequest: 1 });
    client.on('error', () => {});
    try {
      await client.connect();
      return await look(client);
    } finally {
      client.disconnect();
    }
  };
  const liveHash = (id: string) =>
    withRedis((client) => client.hgetall(`sandglass:${serviceIdOf(service.dataDir)}:live:${id}`));
  const healed = (what: string, isSo: () => Promise<boolean>) =>
    eventually(
      what,
      async () => {
        await api('POST', '/v1/admin/reconcile');
        return await isSo().catch(() => false);
      },
      20_000,
    );
  const snapshotKeeps = (id: string, before: Record<string, string>) => {
    const snapshot = JSON.parse(String(sqlRow(service.dataDir, id)?.['snapshot']));
    expect(Object.keys(snapshot).sort()).toEqual([...sandboxInfoFields].sort());
    const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
    for (const [field, value] of Object.entries(before)) {
      expect(asText(snapshot[field]), field).toBe(field === 'state' ? 'stopped' : value);
    }
  };

  const failures = {
    'is frozen': { fail: async () => redis.freeze(), mend: async () => redis.thaw() },
    'is killed': { fail: () => redis.kill(), mend: () => redis.start() },
    'is cut off': { fail: async () => proxy.cut(), mend: async () => proxy.mend() },
  };
  it.each(Object.entries(failures))(
    '45: one that %s before and during a stop costs the snapshot no field',
    async (_how, { fail, mend }) => {
      const labels = { team: 'blue' };
      const slow = ['sh', '-c', 'trap "sleep 0.5; exit 0" TERM; while :; do sleep 0.1; done'];
      const [before, during] = await Promise.all([start({ labels }), start({ labels, command: slow })]);
      const known = [await liveHash(before.id), await liveHash(during.id)] as const;
      expect(known[0]).toMatchObject({ state: 'running', labels: '{"team":"blue"}' });
      const stopping = api('POST', `/v1/sandboxes/${during.id}/stop`);
      await eventually('stopping', async () => (await liveHash(during.id))['state'] === 'stopping');
      await fail();
      expect((await api('POST', `/v1/sandboxes/${before.id}/stop`)).body.state).toBe('stopped');
      expect((await stopping).body.state).toBe('stopped');
      snapshotKeeps(before.id, known[0]);
      snapshotKeeps(during.id, known[1]);
      await mend();
      // What a stopped sandbox left there is taken away once Redis is back, and a restart seeds what was archived.
      const noKeys = async () => (await withRedis((client) => client.keys('*:live:*'))).length === 0;
      await healed('no live key is left', noKeys);
      expect((await api('POST', `/v1/sandboxes/${before.id}/restart`)).body.state).toBe('running');
      await healed('seeded', async () => (await liveHash(before.id))['labels'] === '{"team":"blue"}');
    },
  );

  it('19: a slow one delays no expiry and falsifies no status', async () => {
    const kept = await start();
    const expiring = await start({ lifetime: { timeoutSeconds: 4 } });
    // Longer than any call to the live store may take.
    proxy.delay(3_000);
    const stopAtMs = Date.parse(expiring.deadlines.stopAt);
    const startedAtMs = Date.now();
    const fresh = await start();
    expect(Date.now() - startedAtMs).toBeLessThan(8_000);
    expect((await view(kept.id)).state).toBe('running');
    await eventually('expired', async () => (await view(expiring.id)).state === 'stopped', 15_000);
    expect((await view(expiring.id)).reason.code).toBe('expired');
    const { body } = await api('GET', `/v1/sandboxes/${expiring.id}/history`);
    const passed = body.items.find((item: { event: string }) => item.event === 'DEADLINE_PASSED');
    expect(Date.parse(passed.at) - stopAtMs).toBeGreaterThanOrEqual(0);
    expect(Date.parse(passed.at) - stopAtMs).toBeLessThan(3_000);
    proxy.delay(0);
    await healed('as the rows say', async () => {
      const [one, two, gone] = await Promise.all([kept, fresh, expiring].map(({ id }) => liveHash(id)));
      return one?.['state'] === 'running' && two?.['state'] === 'running' && Object.keys(gone ?? {}).length === 0;
    });
  });

  it('19: a flushed one is filled again; status stays right and expiry still happens', async () => {
    const kept = await start({ labels: { team: 'blue' } });
    const expiring = await start({ lifetime: { timeoutSeconds: 2 } });
    const before = await liveHash(kept.id);
    await withRedis((client) => client.flushall());
    expect([(await view(kept.id)).state, (await view(kept.id)).labels]).toEqual(['running', { team: 'blue' }]);
    await eventually('expired', async () => (await view(expiring.id)).state === 'stopped');
    expect((await view(expiring.id)).reason.code).toBe('expired');
    await healed('filled again', async () => (await liveHash(kept.id))['state'] === 'running');
    expect(await liveHash(kept.id)).toEqual(before);
    expect(await liveHash(expiring.id)).toEqual({});
  });
});
