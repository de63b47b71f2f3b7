import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyPageSchema } from '../../src/contract/history.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

async function page(id: string, query = '') {
  const reply = await service.alice.get(`/v1/sandboxes/${id}/history${query}`);
  expect(reply.status, reply.text).toBe(200);
  return historyPageSchema.parse(reply.json);
}

describe('200', () => {
  it('tells each transition: who, why, when', async () => {
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    await service.alice.post(`/v1/sandboxes/${id}/restart`);
    service.control.exit(id, { exitCode: 1 });
    await service.alice.get(`/v1/sandboxes/${id}?wait=stopped`);
    const { items, nextCursor } = await page(id);
    expect(nextCursor).toBeNull();
    const { keyId } = service.alice;
    expect(items.map(({ at: _at, seq: _seq, ...item }) => item)).toEqual([
      { number: 1, from: null, to: 'pending', event: 'START_REQUESTED', actor: keyId, incarnation: 1 },
      { number: 2, from: 'pending', to: 'running', event: 'START_SUCCEEDED', actor: 'system', incarnation: 1 },
      {
        number: 3,
        from: 'running',
        to: 'stopping',
        event: 'STOP_REQUESTED',
        reason: 'requested',
        actor: keyId,
        incarnation: 1,
      },
      {
        number: 4,
        from: 'stopping',
        to: 'stopped',
        event: 'STOP_SUCCEEDED',
        reason: 'requested',
        actor: 'system',
        incarnation: 1,
      },
      { number: 5, from: 'stopped', to: 'pending', event: 'RESTART_REQUESTED', actor: keyId, incarnation: 2 },
      { number: 6, from: 'pending', to: 'running', event: 'START_SUCCEEDED', actor: 'system', incarnation: 2 },
      {
        number: 7,
        from: 'running',
        to: 'stopping',
        event: 'CONTAINER_EXITED',
        reason: 'crashed',
        actor: 'system',
        incarnation: 2,
      },
      {
        number: 8,
        from: 'stopping',
        to: 'stopped',
        event: 'STOP_SUCCEEDED',
        reason: 'crashed',
        actor: 'system',
        incarnation: 2,
      },
    ]);
    const seqs = items.map(({ seq }) => seq);
    expect([...seqs].sort((a, b) => a - b)).toEqual(seqs);
  });

  it('comes in pages, oldest first', async () => {
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    const first = await page(id, '?limit=3');
    const second = await page(id, `?limit=3&cursor=${first.nextCursor}`);
    expect([first.items, second.items].map((items) => items.map(({ number }) => number))).toEqual([[1, 2, 3], [4]]);
    expect(second.nextCursor).toBeNull();
  });
});

describe('400', () => {
  it.each(['limit=0', 'limit=1001', 'cursor=x', 'order=desc'])('refuses ?%s', async (query) => {
    const { id } = await service.alice.start();
    const reply = await service.alice.get(`/v1/sandboxes/${id}/history?${query}`);
    expect(reply.problem()).toMatchObject({ status: 400, errors: [{ path: query.split('=')[0] }] });
  });
});

describe('404', () => {
  it('knows no sandbox of that id', async () => {
    expect((await service.alice.get('/v1/sandboxes/nosuch/history')).problem().code).toBe('sandbox_not_found');
  });
});
