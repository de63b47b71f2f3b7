import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SandboxError } from '../../src/domain/errors.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService({
    operations: ({ runtime }) => ({
      runtime: {
        ...runtime,
        capabilities: async (name) =>
          name === 'plain' ? { restart: true, pause: false, quota: true, stats: true } : runtime.capabilities(name),
      },
    }),
  });
});
afterAll(() => service.close());

describe('200', () => {
  it('freezes with the lifetime standing still, and thaws with what was left of it', async () => {
    const { id } = await service.alice.start({ lifetime: { timeoutSeconds: 100 } });
    const paused = await service.alice.post(`/v1/sandboxes/${id}/pause`, {});
    expect(paused.status).toBe(200);
    expect(paused.view()).toMatchObject({
      state: 'paused',
      pausedAt: expect.any(String),
      deadlines: { stopAt: null, next: { action: 'stop' } },
    });
    const resumed = (await service.alice.post(`/v1/sandboxes/${id}/resume`)).view();
    expect(resumed).toMatchObject({ state: 'running', pausedAt: null, incarnation: 1 });
    const leftMs = Date.parse(resumed.deadlines.stopAt ?? '') - Date.now();
    expect(leftMs).toBeGreaterThan(95_000);
    expect(leftMs).toBeLessThanOrEqual(100_000);
  });

  it('thaws with another timeout', async () => {
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/pause`);
    const reply = await service.alice.post(`/v1/sandboxes/${id}/resume`, { lifetime: { timeoutSeconds: null } });
    expect(reply.view()).toMatchObject({ lifetime: { timeoutSeconds: null }, deadlines: { stopAt: null } });
  });
});

describe('202', () => {
  it('answers with "wait": false', async () => {
    const { id } = await service.alice.start();
    const release = service.control.hangNext('pause');
    const reply = await service.alice.post(`/v1/sandboxes/${id}/pause`, { wait: false });
    expect([reply.status, reply.view().state]).toEqual([202, 'pausing']);
    release();
  });
});

describe('an engine that refuses', () => {
  const refused = { error: new SandboxError('conflict', 'cannot freeze') };

  it('now and then, as a busy one does, is asked again', async () => {
    const { id } = await service.alice.start();
    service.control.failNext('pause', { ...refused, times: 3 });
    expect((await service.alice.post(`/v1/sandboxes/${id}/pause`)).view().state).toBe('paused');
    service.control.failNext('unpause', { ...refused, times: 3 });
    expect((await service.alice.post(`/v1/sandboxes/${id}/resume`)).view().state).toBe('running');
  });

  it('but did it all the same has done it', async () => {
    const { id } = await service.alice.start();
    service.control.failNext('pause', { ...refused, didHappen: true });
    expect((await service.alice.post(`/v1/sandboxes/${id}/pause`)).view().state).toBe('paused');
  });

  it('again and again leaves it running, and the caller is told', async () => {
    const { id } = await service.alice.start();
    service.control.failNext('pause', { ...refused, times: 7 });
    const reply = await service.alice.post(`/v1/sandboxes/${id}/pause`);
    expect(reply.problem()).toMatchObject({ status: 409, code: 'conflict', state: 'running' });
  });
});

describe('501', () => {
  it('is refused where the runtime cannot do it, also as onTimeout', async () => {
    const { id } = await service.alice.start();
    const row = await service.store.find(id);
    if (row === undefined) throw new Error('the row is gone');
    const plain = { ...row, runtime: 'plain', version: row.version + 1 };
    await service.store.replace({ next: plain, expectedVersion: row.version, transition: null });
    const refused = [
      await service.alice.post(`/v1/sandboxes/${id}/pause`),
      await service.alice.patch(`/v1/sandboxes/${id}`, { lifetime: { onTimeout: 'pause' } }),
      await service.alice.post('/v1/sandboxes', { runtime: 'plain', lifetime: { onTimeout: 'pause' } }),
    ];
    for (const reply of refused) expect(reply.problem()).toMatchObject({ status: 501, runtime: 'plain' });
    expect(await service.store.find(id)).toEqual(plain);
  });
});

describe('503', () => {
  it('refuses both while the engine is down, before anything is written', async () => {
    const running = await service.alice.start();
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/pause`);
    const seq = await service.store.lastSeq();
    service.control.goDown();
    const pause = await service.alice.post(`/v1/sandboxes/${running.id}/pause`);
    const resume = await service.alice.post(`/v1/sandboxes/${id}/resume`);
    service.control.comeUp();
    expect([pause.problem().code, resume.problem().code]).toEqual(['engine_unavailable', 'engine_unavailable']);
    expect(await service.store.lastSeq()).toBe(seq);
  });
});
