import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchAnswerSchema } from '../../src/contract/batch.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

async function batch(body: object) {
  const reply = await service.alice.post('/v1/batch', body);
  expect(reply.status, reply.text).toBe(200);
  return batchAnswerSchema.parse(reply.json).items;
}

describe('200', () => {
  it('answers in the order of asking; each succeeds or fails by itself', async () => {
    await service.alice.start({ id: 'one' });
    await service.alice.start({ id: 'two' });
    await service.bob.start({ id: 'notmine' });
    const stopped = await batch({ action: 'stop', ids: ['two', 'nosuch', 'one', 'notmine'] });
    expect(stopped.map(({ id, status }) => [id, status])).toEqual([
      ['two', 200],
      ['nosuch', 404],
      ['one', 200],
      ['notmine', 404],
    ]);
    expect(stopped[0]?.view).toMatchObject({ id: 'two', state: 'stopped' });
    expect(stopped[1]?.error).toMatchObject({ code: 'sandbox_not_found', status: 404, requestId: expect.any(String) });
    const restarted = await batch({ action: 'restart', ids: ['one', 'two'] });
    expect(restarted.map(({ status, view }) => [status, view?.state])).toEqual([
      [200, 'running'],
      [200, 'running'],
    ]);
    const deleted = await batch({ action: 'delete', ids: ['one'] });
    expect(deleted[0]).toMatchObject({ status: 409, error: { code: 'conflict', state: 'running' } });
    await batch({ action: 'stop', ids: ['one', 'two'] });
    expect(await batch({ action: 'delete', ids: ['one', 'two'] })).toEqual([
      { id: 'one', status: 204 },
      { id: 'two', status: 204 },
    ]);
  });

  it('says 202 for what it does not wait for', async () => {
    const { id } = await service.alice.start();
    const release = service.control.hangNext('stop');
    const [item] = await batch({ action: 'stop', ids: [id], waitSeconds: 0 });
    expect(item).toMatchObject({ status: 202, view: { state: 'stopping' } });
    release();
  });
});

describe('400', () => {
  it.each([
    [{}, 'action'],
    [{ action: 'pause', ids: ['a'] }, 'action'],
    [{ action: 'stop', ids: [] }, 'ids'],
    [{ action: 'stop', ids: ['A'] }, 'ids.0'],
    [{ action: 'stop', ids: 'a' }, 'ids'],
    [{ action: 'stop', ids: Array(1001).fill('a') }, 'ids'],
    [{ action: 'stop', ids: ['a'], force: true }, 'force'],
  ])('refuses %j', async (body, path) => {
    const problem = (await service.alice.post('/v1/batch', body)).problem();
    expect(problem.status).toBe(400);
    expect(problem.errors?.map((error) => error.path)).toContain(path);
  });
});
