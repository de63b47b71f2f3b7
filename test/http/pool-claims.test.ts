import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';
import { testFloor } from '../support/rows.ts';

let service: MemoryService;
afterEach(() => service.close());

async function withFloor(slots: number): Promise<void> {
  service = await memoryService({ floors: [testFloor(slots)] });
  await service.pool.begin();
  await full(slots);
}
const full = (slots: number) => eventually('the floor is warm', async () => service.pool.idle().length === slots);
const E2B = { templateID: 'base' };

describe('a default create', () => {
  it('is a warm hit of one signature, by every path and with every way to say the defaults', async () => {
    await withFloor(5);
    const bodies = [{}, { template: 'base' }, explicit()];
    for (const body of bodies) {
      const reply = await service.alice.post('/v1/sandboxes', body);
      expect([reply.status, reply.view().start?.path]).toEqual([201, 'warm']);
    }
    expect((await service.alice.post('/v2/sandboxes', E2B)).status).toBe(201);
    expect((await service.alice.post('/sandboxes', E2B)).status).toBe(201);
    expect(service.claims).toEqual(['hit', 'hit', 'hit', 'hit', 'hit']);
    expect(service.pool.status().signatures).toMatchObject([{ tier: 'permanent', hits: 5, misses: 0, hitRate: 1 }]);
  });

  it('tells the stages of a claim, and their sum', async () => {
    await withFloor(1);
    const reply = await service.alice.post('/v1/sandboxes', {});
    const timing = reply.headers.get('server-timing') ?? '';
    const stages = [...timing.matchAll(/(\w+);dur=([\d.]+)/g)].map(([, name, ms]) => ({ name, ms: Number(ms) }));
    expect(stages.map(({ name }) => name)).toEqual(['placement', 'claim', 'ready', 'commit', 'total']);
  });

  it('is a sandbox like any other: its own history, its own events, nothing of the slot', async () => {
    await withFloor(1);
    const { id } = (await service.alice.post('/v1/sandboxes', { labels: { a: 'b' }, env: { X: '1' } })).view();
    const view = (await service.alice.get(`/v1/sandboxes/${id}`)).view();
    expect(view).toMatchObject({ state: 'running', incarnation: 1, labels: { a: 'b' }, envNames: ['X'] });
    const history = (await service.alice.get(`/v1/sandboxes/${id}/history`)).json as { items: unknown[] };
    expect(history.items).toMatchObject([
      { number: 1, from: 'warm', to: 'pending', event: 'CLAIMED' },
      { number: 2, from: 'pending', to: 'running', event: 'START_SUCCEEDED' },
    ]);
    await service.alice.post(`/v1/sandboxes/${id}/stop`, {});
    expect((await service.alice.post(`/v1/sandboxes/${id}/restart`, {})).view().start?.path).toBe('restart');
  });
});

describe('a slot', () => {
  it('is seen by nobody before it is claimed', async () => {
    await withFloor(2);
    const [slot] = service.pool.idle();
    expect((await service.admin.get('/v1/sandboxes')).json).toMatchObject({ items: [] });
    expect((await service.admin.get(`/v1/sandboxes/${slot?.id}`)).status).toBe(404);
    expect(await service.store.transitionsAfter(0, { tenant: null, sandboxId: null }, 10)).toEqual([]);
  });

  it('whose container died is never served: another one, or a fresh container', async () => {
    await withFloor(2);
    for (const { id } of service.pool.idle()) service.control.killOutside(id);
    for (let i = 0; i < 4; i++) {
      const reply = await service.alice.post('/v1/sandboxes', {});
      expect([reply.status, reply.view().state]).toEqual([201, 'running']);
    }
  });
});

function explicit() {
  const lifetime = { timeoutSeconds: 300, idleSeconds: null, onTimeout: 'stop', autoDeleteSeconds: null };
  const resources = { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 };
  return { template: 'base', resources, runtime: 'runc', network: { internet: true }, lifetime };
}
