import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { type MemoryService, memoryService } from '../../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

interface Listed {
  readonly sandboxID: string;
  readonly startedAt: string;
}

async function list(client: ApiClient, query: Record<string, string> = {}, path = '/v2/sandboxes') {
  const reply = await client.get(`${path}?${new URLSearchParams(query)}`);
  expect(reply.status, reply.text).toBe(200);
  const items = reply.json as Listed[]; // its members are what the tests look at
  return { items, ids: items.map(({ sandboxID }) => sandboxID), next: reply.headers.get('x-next-token') };
}

/** As both SDKs write it before the query itself is encoded. */
function metadataQuery(metadata: Readonly<Record<string, string>>): string {
  const once = Object.entries(metadata).map(([name, value]) => [encodeURIComponent(name), encodeURIComponent(value)]);
  return new URLSearchParams(Object.fromEntries(once)).toString();
}

async function create(client: ApiClient, body: object = {}): Promise<string> {
  const reply = await client.post('/v2/sandboxes', body);
  expect(reply.status, reply.text).toBe(201);
  return (reply.json as Listed).sandboxID;
}

describe('GET /v2/sandboxes', () => {
  it('is empty for who has none, without a next page', async () => {
    expect(await list(service.bob)).toEqual({ items: [], ids: [], next: null });
  });

  it('pages newest first, each sandbox once, also while others are made', async () => {
    const client = await service.clientOf({ tenant: 'pages' });
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) made.push(await create(client));
    const first = await list(client, { limit: '2' });
    await create(client);
    const second = await list(client, { limit: '2', nextToken: first.next ?? '' });
    const third = await list(client, { limit: '2', nextToken: second.next ?? '' });
    expect([...first.ids, ...second.ids, ...third.ids]).toEqual(made.toReversed());
    expect(third.next).toBeNull();
    expect((await list(client, { limit: '6' })).next).toBeNull();
    expect((await list(client, { order: 'asc', limit: '1' })).ids).toEqual([made[0]]);
  });

  it('finds by all of the metadata, whatever its characters', async () => {
    const client = await service.clientOf({ tenant: 'metadata' });
    const odd = { 'a b&c=d': '100% ü+"\\\n', tier: 'x' };
    const both = await create(client, { metadata: odd });
    const other = await create(client, { metadata: { tier: 'x', empty: '' } });
    const found = async (metadata: Record<string, string>) =>
      (await list(client, { metadata: metadataQuery(metadata) })).ids;
    expect(await found(odd)).toEqual([both]);
    expect(await found({ tier: 'x' })).toEqual([other, both]);
    expect(await found({ empty: '' })).toEqual([other]);
    expect(await found({ tier: 'y' })).toEqual([]);
    expect((await list(client, { metadata: 'tier=x' })).ids).toEqual([other, both]);
    expect((await list(client, { metadata: 'tier=x&tier=y' })).ids).toEqual([]);
    expect((await list(client, { metadata: '' })).ids).toEqual([other, both]);
  });

  it('finds by state, template and the instant of the start, that instant included', async () => {
    const client = await service.clientOf({ tenant: 'filters' });
    const first = await create(client);
    const second = await create(client);
    await client.post(`/sandboxes/${first}/pause`, {});
    expect((await list(client, { state: 'paused' })).ids).toEqual([first]);
    expect((await list(client, { state: 'running' })).ids).toEqual([second]);
    expect((await list(client, { state: 'running,paused' })).ids).toEqual([second, first]);
    expect((await client.get('/v2/sandboxes?state=running&state=paused')).json).toHaveLength(2);
    expect((await list(client, { template: 'base' })).ids).toEqual([second, first]);
    expect((await list(client, { template: 'sandglass-base:latest' })).ids).toEqual([second, first]);
    expect((await list(client, { template: 'other' })).ids).toEqual([]);
    const { items } = await list(client, { state: 'running' });
    const startedAt = items[0]?.startedAt ?? '';
    expect((await list(client, { startedAfter: startedAt })).ids).toContain(second);
    const later = new Date(Date.parse(startedAt) + 1).toISOString();
    expect((await list(client, { startedAfter: later })).ids).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=x',
    'limit=1001',
    'state=stopped',
    'order=up',
    'startedAfter=now',
    'nextToken=x',
    'metadata=%25',
  ])('refuses %s', async (query) => {
    const reply = await service.alice.get(`/v2/sandboxes?${query}`);
    expect([reply.status, reply.json]).toEqual([400, { code: 400, message: expect.any(String) }]);
  });

  it('shows nothing of another tenant', async () => {
    const id = await create(service.alice);
    expect((await list(service.bob)).ids).toEqual([]);
    for (const reply of [await service.bob.get(`/sandboxes/${id}`), await service.bob.delete(`/sandboxes/${id}`)]) {
      expect(reply.json).toEqual({
        code: 404,
        message: `Sandbox "${id}" doesn't exist or you don't have access to it`,
      });
    }
  });
});

describe('GET /sandboxes', () => {
  it('shows all that run, without pages', async () => {
    const client = await service.clientOf({ tenant: 'first' });
    const paused = await create(client);
    const made: string[] = [];
    for (let count = 0; count < 3; count += 1) made.push(await create(client, { metadata: { n: String(count) } }));
    await client.post(`/sandboxes/${paused}/pause`, {});
    expect(await list(client, {}, '/sandboxes')).toMatchObject({ ids: made.toReversed(), next: null });
    expect((await list(client, { metadata: metadataQuery({ n: '1' }) }, '/sandboxes')).ids).toEqual([made[1]]);
  });
});

describe('GET /sandboxes/{id}', () => {
  it('tells all that the SDK reads', async () => {
    const id = await create(service.alice, {
      ...{ templateID: 'base', metadata: { a: 'b' }, timeout: 100, allow_internet_access: false },
      ...{ autoPause: true, autoResume: { enabled: true }, network: { allowPublicTraffic: false } },
    });
    const { startedAt, endAt, ...rest } = (await service.alice.get(`/sandboxes/${id}`)).json as Record<string, string>;
    expect(Date.parse(endAt ?? '') - Date.parse(startedAt ?? '')).toBe(100_000);
    expect(rest).toEqual({
      ...{ sandboxID: id, templateID: 'base', alias: 'base', clientID: 'sandglass', envdVersion: '0.6.4' },
      ...{ state: 'running', cpuCount: 1, memoryMB: 512, diskSizeMB: 0, metadata: { a: 'b' }, volumeMounts: [] },
      envdAccessToken: service.operations.tokens.accessToken(id),
      ...{ domain: null, allowInternetAccess: false, network: { allowPublicTraffic: false } },
      lifecycle: { onTimeout: 'pause', autoResume: true },
    });
  });

  it('says when it ends: paused or stopped, when it was; without a lifetime, thirty days after the start', async () => {
    const endOf = async (id: string) => {
      const { startedAt, endAt } = (await service.alice.get(`/sandboxes/${id}`)).json as Record<string, string>;
      return { startedAt: Date.parse(startedAt ?? ''), endAt: Date.parse(endAt ?? '') };
    };
    const paused = await create(service.alice);
    await service.alice.post(`/sandboxes/${paused}/pause`, {});
    expect((await endOf(paused)).endAt).toBe((await service.store.find(paused))?.pausedAtMs);
    const stopped = await create(service.alice);
    await service.alice.post(`/sandboxes/${stopped}/pause`, { memory: false });
    expect((await endOf(stopped)).endAt).toBe((await service.store.find(stopped))?.stoppedAtMs);
    const { id } = await service.alice.start({ lifetime: { timeoutSeconds: null } });
    const { startedAt, endAt } = await endOf(id);
    expect(endAt - startedAt).toBe(30 * 86_400_000);
  });

  it('refuses an id that can be none', async () => {
    const reply = await service.alice.get('/sandboxes/Not-An-Id');
    expect([reply.status, reply.json]).toMatchObject([400, { code: 400 }]);
  });
});
