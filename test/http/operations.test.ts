import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineListSchema } from '../../src/contract/engine.ts';
import type { Readiness } from '../../src/contract/health.ts';
import { scansSchema } from '../../src/contract/maintenance.ts';
import { until } from '../support/live-store/real-clock.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;
let readiness: Readiness;

beforeAll(async () => {
  service = await memoryService({ readiness: async () => readiness });
});
afterAll(() => service.close());

const ok = { ok: true, detail: 'answers' };

describe('/healthz and /readyz', () => {
  it('answer without a key', async () => {
    readiness = {
      ready: true,
      checks: { sql: ok, live: { ok: false, detail: 'redis: gone' }, engine: ok, pool: ok },
      degraded: ['live'],
    };
    const healthy = await service.nobody.get('/healthz');
    expect([healthy.status, healthy.json]).toEqual([200, { status: 'ok' }]);
    const ready = await service.nobody.get('/readyz');
    expect([ready.status, ready.json]).toEqual([200, readiness]);
  });

  it('answer 503 with each check when no sandbox can be started', async () => {
    readiness = {
      ready: false,
      checks: { sql: ok, live: ok, engine: { ok: false, detail: 'gone' }, pool: ok },
      degraded: ['engine'],
    };
    const reply = await service.nobody.get('/readyz');
    expect([reply.status, reply.json]).toEqual([503, readiness]);
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

describe('/v1/engines', () => {
  it('says what the engine can do, and that it cannot be reached', async () => {
    const [engine] = engineListSchema.parse((await service.alice.get('/v1/engines')).json).items;
    expect(engine).toMatchObject({
      name: 'memory',
      reachable: true,
      runtimes: ['runc'],
      memoryMb: 32_768,
      hostIsolated: true,
    });
    service.control.goDown();
    const down = await service.alice.get('/v1/engines');
    service.control.comeUp();
    expect([down.status, down.json]).toEqual([200, { items: [{ name: 'memory', reachable: false }] }]);
  });
});

describe('/v1/admin/scan', () => {
  it('moves what is due now and tells what each scan did', async () => {
    const { id } = await service.alice.start({ lifetime: { timeoutSeconds: 0.001 } });
    const reply = await service.admin.post('/v1/admin/scan');
    const { deadlines, purged } = scansSchema.parse(reply.json);
    expect([reply.status, purged]).toEqual([200, 0]);
    expect(deadlines).toContainEqual({ deadline: 'stopAt', moved: [id], failed: [], isPaused: false });
    const view = (await service.alice.get(`/v1/sandboxes/${id}?wait=stopped`)).view();
    expect(view.reason?.code).toBe('expired');
  });
});

describe('/v1/admin/reconcile', () => {
  it('makes rows and containers agree', async () => {
    const { id } = await service.alice.start();
    service.control.pauseOutside(id);
    const reply = await service.admin.post('/v1/admin/reconcile');
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({ errors: [] });
    await until('it is thawed', () =>
      service.control.containers().some((one) => one.sandboxId === id && one.status === 'running'),
    );
  });

  it('answers 503 while the engine is down', async () => {
    service.control.goDown();
    const reply = await service.admin.post('/v1/admin/reconcile');
    service.control.comeUp();
    expect(reply.problem()).toMatchObject({ status: 503, code: 'engine_unavailable' });
  });
});

describe('/v1/admin/info', () => {
  it('tells what runs here', async () => {
    const reply = await service.admin.get('/v1/admin/info');
    expect(reply.json).toMatchObject({ version: '0.0.0-test', engine: { name: 'memory' } });
  });
});

describe('403', () => {
  it('is what a user gets of all that', async () => {
    const replies = [
      await service.alice.post('/v1/admin/scan'),
      await service.alice.post('/v1/admin/reconcile'),
      await service.alice.get('/v1/admin/info'),
    ];
    expect(replies.map((reply) => reply.problem().code)).toEqual(['forbidden', 'forbidden', 'forbidden']);
  });
});
