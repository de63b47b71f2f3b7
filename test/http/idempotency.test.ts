import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient, Reply } from '../support/api-client.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

function start(client: ApiClient, key: string, body: object = {}): Promise<Reply> {
  return client.post('/v1/sandboxes', body, { headers: { 'idempotency-key': key } });
}

describe('201', () => {
  it('gives repeats the same sandbox as it is now, whatever the order of the fields', async () => {
    const first = await start(service.alice, 'again', { labels: { a: '1', b: '2' }, template: 'base' });
    await service.alice.patch(`/v1/sandboxes/${first.view().id}`, { labels: { c: '3' } });
    const second = await start(service.alice, 'again', { template: 'base', labels: { b: '2', a: '1' } });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.view()).toMatchObject({ id: first.view().id, labels: { c: '3' } });
  });

  it('lets twenty at once start one', async () => {
    const made = service.control.count('create');
    const replies = await Promise.all(Array.from({ length: 20 }, () => start(service.alice, 'twenty')));
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(new Set(replies.map((reply) => reply.view().id)).size).toBe(1);
    expect(service.control.count('create')).toBe(made + 1);
  });

  it('is a matter of each tenant', async () => {
    const [mine, theirs] = [await start(service.alice, 'shared'), await start(service.bob, 'shared')];
    expect(mine.view().id).not.toBe(theirs.view().id);
  });

  it('says so of a sandbox that is paused by now', async () => {
    const { id } = (await start(service.alice, 'paused')).view();
    await service.alice.post(`/v1/sandboxes/${id}/pause`);
    const again = await start(service.alice, 'paused');
    expect([again.status, again.view().state]).toEqual([201, 'paused']);
  });
});

describe('200', () => {
  it('answers a repeat whose sandbox has stopped since', async () => {
    const { id } = (await start(service.alice, 'stopped')).view();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    const again = await start(service.alice, 'stopped');
    expect([again.status, again.view().id, again.view().state]).toEqual([200, id, 'stopped']);
  });
});

describe('202', () => {
  it('answers a repeat that does not wait for a start under way; what it waits in may differ', async () => {
    const release = service.control.hangNext('create');
    const first = await start(service.alice, 'held', { wait: false });
    const again = await start(service.alice, 'held', { waitSeconds: 0.02 });
    expect([first.status, again.status]).toEqual([202, 202]);
    release();
    const joined = await start(service.alice, 'held');
    expect([joined.status, joined.view().id]).toEqual([201, first.view().id]);
  });
});

describe('400', () => {
  it.each(['', 'x'.repeat(256), 'caf\u00e9'])('refuses the key "%s"', async (key) => {
    const reply = await start(service.alice, key);
    expect(reply.problem()).toMatchObject({ code: 'invalid_request', errors: [{ path: 'Idempotency-Key' }] });
  });
});

describe('410', () => {
  it('answers a repeat whose sandbox was deleted', async () => {
    const { id } = (await start(service.alice, 'deleted')).view();
    await service.alice.delete(`/v1/sandboxes/${id}?force=true`);
    expect((await start(service.alice, 'deleted')).problem()).toMatchObject({ status: 410, code: 'gone' });
  });
});

describe('422', () => {
  it('refuses the key with another body', async () => {
    await start(service.alice, 'other', { labels: { a: '1' } });
    const reply = await start(service.alice, 'other', { labels: { a: '2' } });
    expect(reply.problem()).toMatchObject({ status: 422, code: 'idempotency_mismatch' });
  });
});

describe('502', () => {
  it('tells a repeat of a failed start how it failed', async () => {
    const wish = { image: 'missing:latest' };
    const first = (await start(service.admin, 'failed', wish)).problem();
    const again = (await start(service.admin, 'failed', wish)).problem();
    expect(again).toMatchObject({ status: 502, code: 'start_failed', id: first['id'], detail: first.detail });
  });
});
