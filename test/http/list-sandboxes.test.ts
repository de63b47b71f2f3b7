import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPageSchema } from '../../src/contract/read-sandbox.ts';
import type { ApiClient } from '../support/api-client.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

async function page(client: ApiClient, query = '') {
  const reply = await client.get(`/v1/sandboxes${query}`);
  expect(reply.status, reply.text).toBe(200);
  const { items, nextCursor } = listPageSchema.parse(reply.json);
  return { ids: items.map(({ id }) => id), items, nextCursor };
}

describe('200', () => {
  it('is empty for who has none', async () => {
    const reply = await service.bob.get('/v1/sandboxes');
    expect(reply.json).toEqual({ items: [], nextCursor: null });
  });

  it('shows all but deleted ones, newest first, or by state, label and template', async () => {
    const client = await service.clientOf({ tenant: 'filters' });
    await client.start({ id: 'f1', labels: { app: 'web', tier: 'a' } });
    await client.start({ id: 'f2', labels: { app: 'web', tier: 'b:c' } });
    await client.start({ id: 'f3' });
    await client.start({ id: 'f4' });
    await client.post('/v1/sandboxes/f3/stop');
    await client.delete('/v1/sandboxes/f4?force=true');
    const cases: [string, string[]][] = [
      ['', ['f3', 'f2', 'f1']],
      ['?order=asc', ['f1', 'f2', 'f3']],
      ['?order=desc', ['f3', 'f2', 'f1']],
      ['?state=stopped', ['f3']],
      ['?state=stopped,deleted', ['f4', 'f3']],
      ['?state=running,running', ['f2', 'f1']],
      ['?label=app:web', ['f2', 'f1']],
      ['?label=app:web&label=tier:a', ['f1']],
      ['?label=tier:b%3Ac', ['f2']],
      ['?label=tier:b:c', ['f2']],
      ['?label=app:other', []],
      ['?template=base&state=stopped', ['f3']],
      ['?template=other', []],
    ];
    for (const [query, ids] of cases) expect([query, (await page(client, query)).ids]).toEqual([query, ids]);
  });

  it.each(['asc', 'desc'])('pages through each once in order %s while more are started', async (order) => {
    const client = await service.clientOf({ tenant: `pages-${order}` });
    const first = await Promise.all(Array.from({ length: 7 }, () => client.start().then(({ id }) => id)));
    const seen: string[] = [];
    let query: string | null = `?limit=2&order=${order}`;
    while (query !== null) {
      const { ids, nextCursor }: Awaited<ReturnType<typeof page>> = await page(client, query);
      seen.push(...ids);
      await client.start();
      if (seen.length > 30) break;
      query = nextCursor === null || seen.length >= 7 + 10 ? null : `?limit=2&order=${order}&cursor=${nextCursor}`;
    }
    expect(new Set(seen).size, 'none twice').toBe(seen.length);
    expect(seen.filter((id) => first.includes(id)).sort()).toEqual([...first].sort());
  });

  it('ends without a cursor exactly at the last', async () => {
    const client = await service.clientOf({ tenant: 'exact' });
    await client.start();
    await client.start();
    expect((await page(client, '?limit=2')).nextCursor).toBeNull();
    expect((await page(client, '?limit=1')).nextCursor).not.toBeNull();
  });

  it('shows an administrator every tenant, or the one asked for', async () => {
    const { id } = await service.alice.start();
    const { id: other } = await service.bob.start();
    const all = (await page(service.admin)).ids;
    expect(all).toEqual(expect.arrayContaining([id, other]));
    const { items } = await page(service.admin, '?tenant=globex');
    expect(new Set(items.map(({ tenant }) => tenant))).toEqual(new Set(['globex']));
  });
});

describe('400', () => {
  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['state=warm', 'state'],
    ['state=', 'state'],
    ['order=up', 'order'],
    ['label=nocolon', 'label'],
    ['label=a:1&label=a:2', 'label'],
    ['cursor=rubbish', 'cursor'],
    ['cursor=', 'cursor'],
    [`cursor=${Buffer.from('[1]').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from('["1","2"]').toString('base64url')}`, 'cursor'],
    ['template=../x', 'template'],
    ['unknown=1', 'unknown'],
    ['__proto__=1', '__proto__'],
  ])('refuses ?%s', async (query, path) => {
    const reply = await service.alice.get(`/v1/sandboxes?${query}`);
    expect(reply.problem()).toMatchObject({ status: 400, errors: [{ path }] });
  });
});

describe('403', () => {
  it('refuses a user the filter by tenant, its own too', async () => {
    const reply = await service.alice.get('/v1/sandboxes?tenant=acme');
    expect(reply.problem()).toMatchObject({ status: 403, code: 'forbidden' });
  });
});
