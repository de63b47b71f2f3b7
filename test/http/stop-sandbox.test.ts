import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/live-store/real-clock.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

describe('200', () => {
  it('stops it, says why, and sets the day of its deletion', async () => {
    const { id } = await service.alice.start();
    const reply = await service.alice.post(`/v1/sandboxes/${id}/stop`, {});
    expect(reply.status).toBe(200);
    const view = reply.view();
    expect(view).toMatchObject({
      state: 'stopped',
      reason: { code: 'requested', exitCode: 143, signal: 'SIGTERM' },
      deadlines: { stopAt: null, next: { action: 'delete', at: view.deadlines.deleteAt } },
    });
    expect(Date.parse(view.deadlines.deleteAt ?? '') - Date.parse(view.stoppedAt ?? '')).toBe(259_200_000);
  });

  it('lets twenty at once stop it once', async () => {
    const { id } = await service.alice.start();
    const stops = service.control.count('stop');
    const asked = Array.from({ length: 20 }, () => service.alice.post(`/v1/sandboxes/${id}/stop`));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(service.control.count('stop')).toBe(stops + 1);
    const events = (await service.store.history(id, 0, 100)).map(({ event }) => event);
    expect(events).toEqual(['START_REQUESTED', 'START_SUCCEEDED', 'STOP_REQUESTED', 'STOP_SUCCEEDED']);
  });

  it('ends deleted where its lifetime says so', async () => {
    const { id } = await service.alice.start({ lifetime: { autoDeleteSeconds: 0 } });
    const reply = await service.alice.post(`/v1/sandboxes/${id}/stop`);
    expect([reply.status, reply.view().state]).toEqual([200, 'deleted']);
  });

  it('kills after graceSeconds', async () => {
    const { id } = await service.alice.start();
    service.control.ignoreTerm(id);
    const reply = await service.alice.post(`/v1/sandboxes/${id}/stop`, { graceSeconds: 0.2 });
    expect(reply.view().reason).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
  });
});

describe('202', () => {
  it('accepts while the engine is down, and finishes when it is back', async () => {
    const { id } = await service.alice.start();
    service.control.goDown();
    await until('the loss is noticed', () => !service.lifecycle.isEngineReachable());
    const reply = await service.alice.post(`/v1/sandboxes/${id}/stop`);
    expect([reply.status, reply.view().state]).toEqual([202, 'stopping']);
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    service.control.comeUp();
    const after = await service.alice.get(`/v1/sandboxes/${id}?wait=stopped&timeoutSeconds=5`);
    expect(after.view()).toMatchObject({ state: 'stopped', reason: { code: 'requested' } });
  });
});

describe('404', () => {
  it('knows no sandbox of that id', async () => {
    const reply = await service.alice.post('/v1/sandboxes/nosuch/stop');
    expect(reply.problem()).toMatchObject({ status: 404, code: 'sandbox_not_found' });
  });
});
