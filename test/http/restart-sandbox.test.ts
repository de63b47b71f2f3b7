import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxView } from '../../src/contract/sandbox-view.ts';
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
    const asked = Array.from({ length: 20 }, () => service.alice.post(`/v1/sandboxes/${id}/restart`));
    const answers = (await Promise.all(asked)).map(({ status }) => status);
    // Who comes after it runs is told so.
    expect(answers.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    expect(answers).toContain(200);
    expect(service.control.count('start')).toBe(starts + 1);
    expect((await service.alice.get(`/v1/sandboxes/${id}`)).view()).toMatchObject({ state: 'running', incarnation: 2 });
  });

  it('tries a failed start again', async () => {
    service.control.removeImage('later:latest');
    service.control.failNext('pullImage');
    const { id } = await stopped();
    expect((await service.alice.post(`/v1/sandboxes/${id}/restart`)).status).toBe(200);
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
    const lost = await service.alice.post(`/v1/sandboxes/${id}/restart`);
    expect([409, 502]).toContain(lost.status);
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
  it('tells that it did not come up, and can be tried again', async () => {
    const { id } = await stopped({ command: ['sleep', '1000'] });
    const release = service.control.hangNext('inspect');
    const asked = service.alice.post(`/v1/sandboxes/${id}/restart`);
    release();
    await service.alice.get(`/v1/sandboxes/${id}?wait=pending&timeoutSeconds=1`);
    service.control.killOutside(id);
    const reply = await asked;
    expect([200, 502]).toContain(reply.status);
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
