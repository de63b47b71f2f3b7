import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SandboxError } from '../../src/domain/errors.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

describe('200', () => {
  it('merges labels; null removes one', async () => {
    const { id } = await service.alice.start({ labels: { a: '1', b: '2' } });
    const reply = await service.alice.patch(`/v1/sandboxes/${id}`, { labels: { a: null, c: '3' } });
    expect([reply.status, reply.view().labels]).toEqual([200, { b: '2', c: '3' }]);
  });

  it('counts a timeout from now while it runs, and from the stop for the deletion', async () => {
    const { id } = await service.alice.start();
    const asked = Date.now();
    const running = await service.alice.patch(`/v1/sandboxes/${id}`, { lifetime: { timeoutSeconds: 1000 } });
    const leftMs = Date.parse(running.view().deadlines.stopAt ?? '') - asked;
    expect(leftMs).toBeGreaterThanOrEqual(1_000_000);
    expect(leftMs).toBeLessThan(1_001_000);
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    const stopped = (await service.alice.patch(`/v1/sandboxes/${id}`, { lifetime: { autoDeleteSeconds: 60 } })).view();
    expect(Date.parse(stopped.deadlines.deleteAt ?? '') - Date.parse(stopped.stoppedAt ?? '')).toBe(60_000);
  });

  it('changes resources live, and nothing with an empty body but the version', async () => {
    const { id } = await service.alice.start();
    const resized = await service.alice.patch(`/v1/sandboxes/${id}`, { resources: { memoryMb: 1024 } });
    expect(resized.view().resources).toEqual({ cpus: 1, memoryMb: 1024, diskMb: null, pids: 256 });
    const container = service.control.containers().find(({ sandboxId }) => sandboxId === id);
    expect(container?.resources.memoryMb).toBe(1024);
    const { version: _before, ...rest } = resized.view();
    const { version: _after, ...same } = (await service.alice.patch(`/v1/sandboxes/${id}`, {})).view();
    expect(same).toEqual(rest);
  });
});

describe('400', () => {
  it.each([
    [{ state: 'stopped' }, 'state'],
    [{ lifetime: { timeoutSeconds: -1 } }, 'lifetime.timeoutSeconds'],
    [{ lifetime: { timeoutSeconds: 1e9 } }, 'lifetime.timeoutSeconds'],
    [{ labels: { '-a': 'x' } }, 'labels.-a'],
    [{ labels: { a: 1 } }, 'labels.a'],
    [{ resources: { cpus: '2' } }, 'resources.cpus'],
    [{ resources: { cpus: 17 } }, 'resources.cpus'],
    [{ labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, 'x'])) }, 'labels'],
  ])('refuses %j and changes nothing', async (body, path) => {
    const { id, version } = await service.alice.start();
    const reply = await service.alice.patch(`/v1/sandboxes/${id}`, body);
    expect(reply.problem()).toMatchObject({ status: 400, errors: [{ path }] });
    expect((await service.alice.get(`/v1/sandboxes/${id}`)).view().version).toBe(version);
  });
});

describe('429', () => {
  it('does not let one grow out of the quota', async () => {
    const client = await service.clientOf({ tenant: 'small', quota: { sandboxes: null, cpus: 2, memoryMb: null } });
    const { id } = await client.start();
    const reply = await client.patch(`/v1/sandboxes/${id}`, { resources: { cpus: 3 } });
    expect(reply.problem()).toMatchObject({ status: 429, bound: 'cpus' });
  });
});

describe('503', () => {
  it('takes back what the engine did not do', async () => {
    const { id } = await service.alice.start();
    const error = new SandboxError('engine_unavailable', 'The engine does not answer.');
    service.control.failNext('update', { error });
    const reply = await service.alice.patch(`/v1/sandboxes/${id}`, { resources: { memoryMb: 2048 } });
    expect(reply.problem()).toMatchObject({ status: 503, code: 'engine_unavailable' });
    expect((await service.alice.get(`/v1/sandboxes/${id}`)).view().resources.memoryMb).toBe(512);
  });
});
