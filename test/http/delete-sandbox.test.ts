import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SandboxError } from '../../src/domain/errors.ts';
import { until } from '../support/live-store/real-clock.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

describe('204', () => {
  it('removes a stopped one with its container, and leaves a tombstone; again is 204 as well', async () => {
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    const reply = await service.alice.delete(`/v1/sandboxes/${id}`);
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(service.control.containers().filter(({ sandboxId }) => sandboxId === id)).toEqual([]);
    const tombstone = (await service.alice.get(`/v1/sandboxes/${id}`)).view();
    expect(tombstone).toMatchObject({ state: 'deleted', deadlines: { next: { action: 'purge' } } });
    expect((await service.alice.delete(`/v1/sandboxes/${id}`)).status).toBe(204);
  });

  it('stops a live one first with force', async () => {
    const { id } = await service.alice.start();
    expect((await service.alice.delete(`/v1/sandboxes/${id}?force=true`)).status).toBe(204);
    const events = (await service.store.history(id, 0, 100)).map(({ to }) => to);
    expect(events).toEqual(['pending', 'running', 'stopping', 'stopped', 'deleting', 'deleted']);
  });
});

describe('202', () => {
  it('accepts a forced one while the engine is down, with the view and Retry-After', async () => {
    const { id } = await service.alice.start();
    service.control.goDown();
    await until('the loss is noticed', () => !service.lifecycle.isEngineReachable());
    const reply = await service.alice.delete(`/v1/sandboxes/${id}?force=true`);
    expect([reply.status, reply.view().state]).toEqual([202, 'stopping']);
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    service.control.comeUp();
    const after = await service.alice.get(`/v1/sandboxes/${id}?wait=deleted&timeoutSeconds=8`);
    expect(after.view().state).toBe('deleted');
  });

  it('stays deleting while the engine refuses, and is never called deleted before it is', async () => {
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    service.control.failNext('remove', { error: new SandboxError('conflict', 'device busy'), times: 2 });
    const reply = await service.alice.delete(`/v1/sandboxes/${id}`);
    expect([reply.status, reply.view().state]).toEqual([202, 'deleting']);
    expect(service.control.containers().some(({ sandboxId }) => sandboxId === id)).toBe(true);
    const after = await service.alice.get(`/v1/sandboxes/${id}?wait=deleted&timeoutSeconds=8`);
    expect(after.view().state).toBe('deleted');
  });

  it('answers at once with wait=false or waitSeconds=0', async () => {
    for (const waiting of ['wait=false', 'waitSeconds=0']) {
      const { id } = await service.alice.start();
      const release = service.control.hangNext('remove');
      const reply = await service.alice.delete(`/v1/sandboxes/${id}?force=true&${waiting}`);
      expect(reply.status).toBe(202);
      release();
    }
  });
});

describe('400', () => {
  it.each(['force=yes', 'force', 'force=true&force=true', 'waitSeconds=-1', 'waitSeconds=301', 'now=true'])(
    'refuses ?%s',
    async (query) => {
      const { id } = await service.alice.start();
      const reply = await service.alice.delete(`/v1/sandboxes/${id}?${query}`);
      expect(reply.problem()).toMatchObject({ status: 400, errors: [{ path: query.split('=')[0] }] });
      expect((await service.alice.get(`/v1/sandboxes/${id}`)).view().state).toBe('running');
    },
  );
});

describe('404', () => {
  it('is what every call answers once the tombstone is purged', async () => {
    const forgetful = await memoryService({ policy: { tombstoneRetentionSeconds: 0 } });
    const { id } = await forgetful.alice.start();
    expect((await forgetful.alice.delete(`/v1/sandboxes/${id}?force=true`)).status).toBe(204);
    await until('the row is purged', async () => (await forgetful.store.find(id)) === undefined);
    const replies = [
      await forgetful.alice.get(`/v1/sandboxes/${id}`),
      await forgetful.alice.delete(`/v1/sandboxes/${id}`),
      await forgetful.alice.post(`/v1/sandboxes/${id}/stop`),
      await forgetful.alice.post(`/v1/sandboxes/${id}/restart`),
      await forgetful.alice.patch(`/v1/sandboxes/${id}`, {}),
      await forgetful.alice.get(`/v1/sandboxes/${id}/history`),
      await forgetful.alice.get(`/v1/sandboxes/${id}/events`),
    ];
    expect(replies.map((reply) => reply.problem().code)).toEqual(Array(7).fill('sandbox_not_found'));
    await forgetful.close();
  });
});
