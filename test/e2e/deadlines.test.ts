import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { containerOf, serviceIdOf } from '../support/engine.ts';
import { liveHash, withRedis } from '../support/live-keys.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const IMAGE = 'sandglass-busybox:latest';

describe.each(['embedded', 'memory'])('deadlines with the live store %s', (liveStore) => {
  let service: ServiceProcess;
  let api: Api;
  beforeAll(async () => {
    service = await startService({
      SANDGLASS_REDIS_URL: liveStore,
      SANDGLASS_AUTO_DELETE_SCAN_SECONDS: '1',
      SANDGLASS_AUTO_DELETE_MAX_SECONDS: '100',
      SANDGLASS_PAUSED_MAX_SECONDS: '1',
    });
    api = apiOf(service);
  });
  afterAll(() => service?.dispose());

  const start = async (lifetime: object) => {
    const answer = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, lifetime } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body;
  };
  const reaches = (id: string, state: string, withinMs = 10_000) =>
    eventually(
      `${id} ${state}`,
      async () => {
        const { body } = await api('GET', `/v1/sandboxes/${id}`);
        return body.state === state && body;
      },
      withinMs,
    );
  const eventAt = async (id: string, event: string) => {
    const { body } = await api('GET', `/v1/sandboxes/${id}/history`);
    return Date.parse(body.items.findLast((item: { event: string }) => item.event === event).at);
  };

  it('the lifetime ends it, not early and at most 500 ms late', async () => {
    const { id, deadlines } = await start({ timeoutSeconds: 1.5 });
    const stopped = await reaches(id, 'stopped');
    expect(stopped.reason.code).toBe('expired');
    const late = (await eventAt(id, 'DEADLINE_PASSED')) - Date.parse(deadlines.stopAt);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(500);
  });

  it('a longer timeout given in time keeps it', async () => {
    const { id } = await start({ timeoutSeconds: 1.5 });
    const patched = await api('PATCH', `/v1/sandboxes/${id}`, { body: { lifetime: { timeoutSeconds: 60 } } });
    expect(patched.status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect((await api('GET', `/v1/sandboxes/${id}`)).body.state).toBe('running');
  });

  it('14: status reads do not keep an idle sandbox, activity does', async () => {
    const { id } = await start({ idleSeconds: 1.2 });
    let isReading = true;
    const reader = (async () => {
      while (isReading) {
        await api('GET', `/v1/sandboxes/${id}`);
        await api('GET', '/v1/sandboxes');
      }
    })();
    // A young process cannot know of activity that was not flushed yet: it waits 15 s longer.
    const stopped = await reaches(id, 'stopped', 25_000);
    isReading = false;
    await reader;
    expect(stopped.reason.code).toBe('idle');
    if (liveStore !== 'embedded') return;
    const busy = await start({ idleSeconds: 1.2 });
    const touchUntil = Date.now() + 3_000;
    const key = `sandglass:${serviceIdOf(service.dataDir)}:live:${busy.id}`;
    await withRedis(service.dataDir, async (redis) => {
      while (Date.now() < touchUntil) {
        await redis.hset(key, 'lastActivityAtMs', String(Date.now()));
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    });
    expect((await api('GET', `/v1/sandboxes/${busy.id}`)).body.state).toBe('running');
    expect(Date.parse((await reaches(busy.id, 'stopped')).lastActivityAt)).toBeGreaterThan(touchUntil - 1_000);
  });

  it('15: autoDelete 0 means that a stop ends deleted', async () => {
    const { id } = await start({ autoDeleteSeconds: 0 });
    const stopped = await api('POST', `/v1/sandboxes/${id}/stop`);
    expect([stopped.status, stopped.body.state]).toEqual([200, 'deleted']);
    expect(await containerOf(serviceIdOf(service.dataDir), id)).toBeUndefined();
    if (liveStore === 'embedded') expect(await liveHash(service.dataDir, id)).toEqual({});
  });

  it('15: autoDelete N deletes in the first scan after it, and not before; the cap applies; a restart cancels', async () => {
    const { id } = await start({ autoDeleteSeconds: 2 });
    const { body } = await api('POST', `/v1/sandboxes/${id}/stop`);
    expect(Date.parse(body.deadlines.deleteAt)).toBe(Date.parse(body.stoppedAt) + 2_000);
    await reaches(id, 'deleted');
    const late = (await eventAt(id, 'DEADLINE_PASSED')) - Date.parse(body.deadlines.deleteAt);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(2_500);

    const greedy = await start({ autoDeleteSeconds: 100_000 });
    const capped = await api('POST', `/v1/sandboxes/${greedy.id}/stop`);
    expect(Date.parse(capped.body.deadlines.deleteAt)).toBe(Date.parse(capped.body.stoppedAt) + 100_000);

    const saved = await start({ autoDeleteSeconds: 2 });
    await api('POST', `/v1/sandboxes/${saved.id}/stop`);
    expect((await api('POST', `/v1/sandboxes/${saved.id}/restart`)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect((await api('GET', `/v1/sandboxes/${saved.id}`)).body).toMatchObject({ state: 'running', incarnation: 2 });
  });

  it('onTimeout pause freezes it, and too long a pause stops it', async () => {
    const { id } = await start({ timeoutSeconds: 1, onTimeout: 'pause' });
    await reaches(id, 'paused');
    expect((await reaches(id, 'stopped')).reason.code).toBe('expired');
    expect((await api('POST', `/v1/sandboxes/${id}/restart`)).status).toBe(200);
  });

  it('onTimeout delete leaves nothing but the tombstone', async () => {
    const { id } = await start({ timeoutSeconds: 1, onTimeout: 'delete' });
    expect((await reaches(id, 'deleted')).reason.code).toBe('expired');
  });
});

describe('with a retention of 0', () => {
  it('a deleted sandbox is forgotten at once, and its id is free again', async () => {
    const service = await startService({ SANDGLASS_TOMBSTONE_RETENTION_SECONDS: '0' });
    try {
      const api = apiOf(service);
      const start = () => api('POST', '/v1/sandboxes', { body: { id: 'again', image: IMAGE } });
      expect((await start()).status).toBe(201);
      expect((await api('DELETE', '/v1/sandboxes/again?force=true')).status).toBe(204);
      expect((await api('GET', '/v1/sandboxes/again')).status).toBe(404);
      expect(await liveHash(service.dataDir, 'again')).toEqual({});
      expect((await start()).status).toBe(201);
    } finally {
      await service.dispose();
    }
  });
});
