import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxView } from '../../src/contract/sandbox-view.ts';
import { SandboxError } from '../../src/domain/errors.ts';
import { until } from '../support/live-store/real-clock.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService({
    operations: ({ runtime }) => ({
      runtime: {
        ...runtime,
        // As a runtime would be that cannot do it; the operations alone are told.
        capabilities: async (name) =>
          name === 'once' ? { restart: false, pause: false, quota: true, stats: true } : runtime.capabilities(name),
      },
    }),
  });
});
afterAll(() => service.close());

async function stopped(body: object = {}): Promise<SandboxView> {
  const { id } = await service.alice.start(body);
  return (await service.alice.post(`/v1/sandboxes/${id}/stop`)).view();
}

describe('200', () => {
  it('runs the same container again: next incarnation, lifetime armed anew, deletion called off', async () => {
    const { id } = await stopped();
    const container = service.control.containers().find(({ sandboxId }) => sandboxId === id)?.id;
    const reply = await service.alice.post(`/v1/sandboxes/${id}/restart`, { lifetime: { timeoutSeconds: 900 } });
    expect(reply.status).toBe(200);
    const view = reply.view();
    expect(view).toMatchObject({
      state: 'running',
      incarnation: 2,
      reason: null,
      stoppedAt: null,
      lifetime: { timeoutSeconds: 900 },
      deadlines: { deleteAt: null },
      start: { path: 'restart' },
    });
    expect(Date.parse(view.deadlines.stopAt ?? '') - Date.parse(view.startedAt ?? '')).toBe(900_000);
    expect(service.control.containers().find(({ sandboxId }) => sandboxId === id)?.id).toBe(container);
    expect(reply.headers.get('server-timing')).toMatch(/^inspect;dur=.*commit;dur=/);
  });

  it('lets twenty at once restart it once', async () => {
    const { id } = await stopped();
    const starts = service.control.count('start');
    const release = service.control.hangNext('start');
    const asked = Array.from({ length: 20 }, () => service.alice.post(`/v1/sandboxes/${id}/restart`));
    await until('the engine is asked', () => service.control.count('start') > starts);
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    const replies = await Promise.all(asked);
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(replies.map((reply) => reply.view().incarnation)).toEqual(Array(20).fill(2));
    expect(service.control.count('start')).toBe(starts + 1);
  });

  it('tries a failed start again', async () => {
    service.control.failNext('create', { error: new SandboxError('start_failed', 'no such device') });
    expect((await service.alice.post('/v1/sandboxes', { id: 'retried' })).status).toBe(502);
    const view = (await service.alice.post('/v1/sandboxes/retried/restart')).view();
    expect(view).toMatchObject({ state: 'running', incarnation: 2, start: { path: 'cold' } });
  });
});

describe('400', () => {
  it('refuses a timeout beyond the limit', async () => {
    const { id } = await stopped();
    const reply = await service.alice.post(`/v1/sandboxes/${id}/restart`, { lifetime: { timeoutSeconds: 1e9 } });
    expect(reply.problem()).toMatchObject({ status: 400, errors: [{ path: 'lifetime.timeoutSeconds' }] });
  });
});

describe('409', () => {
  it('says that the files are gone when the container was removed from outside', async () => {
    const { id } = await stopped();
    service.control.removeOutside(id);
    const isLost = async () => (await service.store.find(id))?.reason?.code === 'container_lost';
    await until('the loss is noticed', isLost);
    const again = await service.alice.post(`/v1/sandboxes/${id}/restart`);
    expect(again.problem()).toMatchObject({ status: 409, state: 'stopped', reason: 'container_lost' });
    expect(again.problem().hint).toMatch(/files are gone/);
  });
});

describe('501', () => {
  it('is refused before anything is touched where the runtime cannot do it', async () => {
    const { id } = await stopped();
    const row = await service.store.find(id);
    if (row === undefined) throw new Error('the row is gone');
    const once = { ...row, runtime: 'once', version: row.version + 1 };
    await service.store.replace({ next: once, expectedVersion: row.version, transition: null });
    const reply = await service.alice.post(`/v1/sandboxes/${id}/restart`);
    expect(reply.problem()).toMatchObject({ status: 501, code: 'unsupported', runtime: 'once' });
    expect(await service.store.find(id)).toEqual(once);
  });
});

describe('502', () => {
  it('tells how it ended before it was up, and can be tried again', async () => {
    const { id } = await stopped();
    const looks = service.control.count('inspect');
    service.control.hangNext('inspect')();
    const release = service.control.hangNext('inspect');
    const asked = service.alice.post(`/v1/sandboxes/${id}/restart`);
    await until('it is looked at after its start', () => service.control.count('inspect') === looks + 2);
    service.control.killOutside(id);
    release();
    expect((await asked).problem()).toMatchObject({ status: 502, code: 'start_failed', id, exitCode: 137 });
    expect((await service.alice.post(`/v1/sandboxes/${id}/restart`)).view()).toMatchObject({ incarnation: 3 });
  });
});

describe('503', () => {
  it('is refused before anything is written while the engine is down', async () => {
    const { id } = await stopped();
    const before = await service.store.find(id);
    service.control.goDown();
    const reply = await service.alice.post(`/v1/sandboxes/${id}/restart`);
    service.control.comeUp();
    expect(reply.problem()).toMatchObject({ status: 503, code: 'engine_unavailable' });
    expect(await service.store.find(id)).toEqual(before);
  });
});
