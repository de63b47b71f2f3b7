import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

describe('200', () => {
  it('shows one in any state, tombstones too', async () => {
    const { id } = await service.alice.start();
    const seen: string[] = [];
    const look = async () => seen.push((await service.alice.get(`/v1/sandboxes/${id}`)).view().state);
    await look();
    await service.alice.post(`/v1/sandboxes/${id}/pause`);
    await look();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    await look();
    await service.alice.delete(`/v1/sandboxes/${id}`);
    await look();
    expect(seen).toEqual(['running', 'paused', 'stopped', 'deleted']);
  });

  it('does not count as activity', async () => {
    const view = await service.alice.start({ lifetime: { idleSeconds: 5 } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (let i = 0; i < 5; i += 1) await service.alice.get(`/v1/sandboxes/${view.id}`);
    const after = (await service.alice.get(`/v1/sandboxes/${view.id}`)).view();
    expect([after.lastActivityAt, after.deadlines.idleStopAt]).toEqual([
      view.lastActivityAt,
      view.deadlines.idleStopAt,
    ]);
  });

  it('tells how it ended: reason, exit code and the end of its log, without what nobody knows', async () => {
    const { id } = await service.alice.start();
    service.control.print(id, 'Segmentation fault');
    service.control.exit(id, { exitCode: 139 });
    const view = (await service.alice.get(`/v1/sandboxes/${id}?wait=stopped`)).view();
    expect(view.reason).toEqual({
      code: 'crashed',
      message: expect.any(String),
      exitCode: 139,
      signal: 'SIGSEGV',
      oomKilled: false,
      logTail: 'Segmentation fault',
    });
  });

  it('waits until it is in one of the states', async () => {
    const { id } = await service.alice.start();
    const asked = service.alice.get(`/v1/sandboxes/${id}?wait=paused,stopped`);
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    expect((await asked).view().state).toBe('stopped');
  });

  it('waits no longer than asked, then tells how it is', async () => {
    const { id } = await service.alice.start();
    const beganMs = performance.now();
    const reply = await service.alice.get(`/v1/sandboxes/${id}?wait=stopped&timeoutSeconds=0.1`);
    expect([reply.status, reply.view().state]).toEqual([200, 'running']);
    expect(performance.now() - beganMs).toBeGreaterThan(95);
  });

  it('stops waiting for a caller who went away', async () => {
    const { id } = await service.alice.start();
    const leaving = new AbortController();
    const asked = service.alice.get(`/v1/sandboxes/${id}?wait=stopped`, { signal: leaving.signal });
    setTimeout(() => leaving.abort(), 20);
    expect((await asked).view().state).toBe('running');
  });
});

describe('400', () => {
  it.each([
    'wait=',
    'wait=gone',
    'wait=warm',
    'wait=running,',
    'timeoutSeconds=5',
    'wait=stopped&timeoutSeconds=301',
    'wait=stopped&timeoutSeconds=x',
    'verbose=1',
  ])('refuses ?%s', async (query) => {
    const { id } = await service.alice.start();
    const reply = await service.alice.get(`/v1/sandboxes/${id}?${query}`);
    expect(reply.problem()).toMatchObject({ status: 400, code: 'invalid_request' });
  });
});

describe('404', () => {
  it('knows no sandbox of that id', async () => {
    expect((await service.alice.get('/v1/sandboxes/nosuch')).problem()).toMatchObject({
      status: 404,
      code: 'sandbox_not_found',
      hint: expect.any(String),
      requestId: expect.any(String),
    });
  });
});
