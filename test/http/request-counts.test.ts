import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RequestCountsView, requestCountsSchema } from '../../src/contract/request-counts.ts';
import type { ApiClient } from '../support/api-client.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;
let sandboxId: string;
beforeAll(async () => {
  service = await memoryService();
  const { id = '' } = await service.alice.start();
  sandboxId = id;
  await service.alice.get(`/v1/sandboxes/${id}`);
  await service.alice.get('/v1/sandboxes/nobody');
  await service.bob.get(`/v1/sandboxes/${id}`);
  await service.nobody.get('/v1/sandboxes');
  await service.nobody.get('/nothing/there');
});
afterAll(() => service.close());

async function countsSeen(client: ApiClient): Promise<RequestCountsView['items']> {
  return requestCountsSchema.strict().parse((await client.get('/v1/requests')).json).items;
}
const of = (items: RequestCountsView['items'], method: string, route: string) =>
  items.find((item) => item.method === method && item.route === route);

describe('GET /v1/requests', () => {
  it('counts by route, and tells what was refused', async () => {
    const items = await countsSeen(service.alice);
    expect(of(items, 'POST', '/v1/sandboxes')).toMatchObject({ count: 1, refused: 0, failed: 0 });
    expect(of(items, 'GET', '/v1/sandboxes/{id}')).toMatchObject({ count: 2, refused: 1, failed: 0 });
    const one = of(items, 'POST', '/v1/sandboxes');
    expect(one?.meanMs).toBeGreaterThan(0);
    expect(one?.longestMs).toBe(one?.meanMs);
  });

  it('tells a user those of the tenant only', async () => {
    const items = await countsSeen(service.bob);
    expect(items.map(({ method, route }) => `${method} ${route}`)).not.toContain('POST /v1/sandboxes');
    expect(of(items, 'GET', '/v1/sandboxes/{id}')).toMatchObject({ count: 1, refused: 1 });
  });

  it('tells an administrator those of everybody, also without a valid key and of no route', async () => {
    const items = await countsSeen(service.admin);
    expect(of(items, 'GET', '/v1/sandboxes/{id}')).toMatchObject({ count: 3, refused: 2 });
    expect(of(items, 'GET', '/v1/sandboxes')).toMatchObject({ count: 1, refused: 1 });
    expect(of(items, 'GET', 'unmatched')).toMatchObject({ count: 1, refused: 1 });
    expect(JSON.stringify(items)).not.toContain(sandboxId);
  });

  it('counts what fails, and begins with the most asked', async () => {
    const broken = await memoryService({
      operations: () => ({
        pool: {
          status() {
            throw new Error('broken');
          },
          signatureFor: async () => undefined,
        },
      }),
    });
    try {
      await broken.alice.get('/v1/pool');
      for (let call = 0; call < 3; call += 1) await broken.alice.get('/v1/capacity');
      const items = await countsSeen(broken.alice);
      expect(items.map(({ route, count, failed }) => [route, count, failed])).toEqual([
        ['/v1/capacity', 3, 0],
        ['/v1/pool', 1, 1],
      ]);
    } finally {
      await broken.close();
    }
  });
});
