import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/ports/sampler.ts';
import { type MemoryService, memoryService } from '../../support/memory-service.ts';

const sample: Sample = {
  ...{ atMs: 1_700_000_000_500, cpuCount: 1, cpuUsedPct: 12.5, memUsedBytes: 10, memTotalBytes: 20, memCacheBytes: 3 },
  ...{ diskUsedBytes: 4, diskTotalBytes: 0 },
};
let asked: readonly number[] = [];
let service: MemoryService;

beforeAll(async () => {
  service = await memoryService({
    operations: () => ({
      sampler: {
        recent: (_id, fromMs, toMs) => {
          asked = [fromMs, toMs];
          return [sample];
        },
        read: async () => ({ sample, detail: null }),
      },
    }),
  });
});
afterAll(() => service.close());

const create = async (body: object = {}) => {
  const reply = await service.alice.post('/v2/sandboxes', { templateID: 'base', ...body });
  return (reply.json as { sandboxID: string }).sandboxID;
};
const stopAtOf = async (id: string) => (await service.store.find(id))?.stopAtMs ?? 0;

describe('the end of a sandbox', () => {
  it('moves by timeout both ways, by refreshes and connect only later', async () => {
    const id = await create({ timeout: 100 });
    const at = `/sandboxes/${id}`;
    const left = async () => (await stopAtOf(id)) - Date.now();
    await service.alice.post(`${at}/timeout`, { timeout: 50 });
    expect(await left()).toBeLessThanOrEqual(50_000);
    for (const [path, body] of [
      ['connect', { timeout: 10 }],
      ['refreshes', { duration: 10 }],
      ['refreshes', {}],
    ] as const) {
      await service.alice.post(`${at}/${path}`, body);
      expect(await left()).toBeGreaterThan(45_000);
    }
    await service.alice.post(`${at}/connect`, { timeout: 200 });
    expect(await left()).toBeGreaterThan(195_000);
    await service.alice.post(`${at}/refreshes`, { duration: 300 });
    expect(await left()).toBeGreaterThan(295_000);
  });

  it('never comes nearer by twenty connects at once', async () => {
    const id = await create({ timeout: 10 });
    const asks = Array.from({ length: 20 }, (_, i) =>
      service.alice.post(`/sandboxes/${id}/connect`, { timeout: 100 + i }),
    );
    expect((await Promise.all(asks)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect((await stopAtOf(id)) - Date.now()).toBeGreaterThan(118_000);
  });

  it('is what the call says when it is resumed or restarted', async () => {
    const id = await create({ timeout: 1_000 });
    for (const memory of [true, false]) {
      await service.alice.post(`/sandboxes/${id}/pause`, { memory });
      expect((await service.alice.post(`/v2/sandboxes/${id}/connect`, { timeout: 60 })).status).toBe(201);
      const left = (await stopAtOf(id)) - Date.now();
      expect(left).toBeGreaterThan(55_000);
      expect(left).toBeLessThanOrEqual(60_000);
    }
  });

  it.each([{ timeout: -1 }, { timeout: 'x' }, {}, { timeout: 1e9 }])('refuses %j', async (body) => {
    const id = await create();
    const reply = await service.alice.post(`/sandboxes/${id}/timeout`, body);
    expect([reply.status, reply.json]).toEqual([400, { code: 400, message: expect.stringContaining('timeout') }]);
  });
});

describe('connect', () => {
  it('keeps the tokens over pause, stop, resume and restart', async () => {
    const id = await create({ network: { allowPublicTraffic: false } });
    const { tokens } = service.operations;
    for (const memory of [true, false]) {
      await service.alice.post(`/sandboxes/${id}/pause`, { memory });
      const reply = await service.alice.post(`/sandboxes/${id}/connect`, { timeout: 60 });
      const expected = { envdAccessToken: tokens.accessToken(id), trafficAccessToken: tokens.trafficToken(id) };
      expect(reply.json).toMatchObject({ sandboxID: id, ...expected });
    }
  });

  it('without memory starts a paused one anew', async () => {
    const id = await create();
    await service.alice.post(`/sandboxes/${id}/pause`, {});
    expect((await service.alice.post(`/v2/sandboxes/${id}/connect`, { memory: false })).status).toBe(201);
    expect(await service.store.find(id)).toMatchObject({ state: 'running', incarnation: 2 });
  });

  it('of twenty at once restarts once', async () => {
    const id = await create();
    await service.alice.post(`/sandboxes/${id}/pause`, { memory: false });
    const asks = Array.from({ length: 20 }, () => service.alice.post(`/sandboxes/${id}/connect`, { timeout: 60 }));
    const statuses = new Set((await Promise.all(asks)).map(({ status }) => status));
    expect([...statuses].every((status) => status === 200 || status === 201)).toBe(true);
    expect(await service.store.find(id)).toMatchObject({ state: 'running', incarnation: 2 });
  });

  it('answers 503 with the seconds to wait when it takes too long', async () => {
    const own = await memoryService({ http: { waitSecondsDefault: 0.05 } });
    const { id } = await own.alice.start();
    await own.alice.post(`/v1/sandboxes/${id}/stop`, { waitSeconds: 5 });
    const release = own.control.hangNext('start');
    const reply = await own.alice.post(`/sandboxes/${id}/connect`, {});
    expect([reply.status, reply.json]).toMatchObject([503, { code: 503 }]);
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    release();
    await own.close();
  });
});

describe('resume', () => {
  it('sets what happens at the end where autoPause is given', async () => {
    const id = await create();
    await service.alice.post(`/sandboxes/${id}/pause`, {});
    expect((await service.alice.post(`/sandboxes/${id}/resume`, { autoPause: true })).status).toBe(201);
    expect((await service.store.find(id))?.lifetime.onTimeout).toBe('pause');
  });
});

describe('pause', () => {
  it('answers 503 when the engine could not, because 409 means that it is paused', async () => {
    const id = await create();
    service.control.failNext('pause', { times: 20 });
    const reply = await service.alice.post(`/sandboxes/${id}/pause`, {});
    expect([reply.status, reply.json]).toMatchObject([503, { code: 503 }]);
  });
});

describe('kill', () => {
  it('answers 204 while it goes on when the engine cannot be reached', async () => {
    const own = await memoryService();
    const { id } = await own.alice.start();
    own.control.goDown();
    expect((await own.alice.delete(`/sandboxes/${id}`)).status).toBe(204);
    expect((await own.store.find(id))?.state).toBe('stopping');
    expect((await own.alice.get(`/sandboxes/${id}`)).status).toBe(404);
    own.control.comeUp();
    await expect.poll(async () => (await own.store.find(id))?.state, { timeout: 5_000 }).toBe('deleted');
    await own.close();
  });
});

describe('metrics', () => {
  it('come in the shape of E2B, from and to the seconds asked for', async () => {
    const id = await create();
    const reply = await service.alice.get(`/sandboxes/${id}/metrics?start=1700000000&end=1700000060`);
    expect(asked).toEqual([1_700_000_000_000, 1_700_000_060_999]);
    expect(reply.json).toEqual([
      {
        ...{ timestamp: '2023-11-14T22:13:20.500Z', timestampUnix: 1_700_000_000, cpuCount: 1, cpuUsedPct: 12.5 },
        ...{ memUsed: 10, memTotal: 20, memCache: 3, diskUsed: 4, diskTotal: 0 },
      },
    ]);
  });
});

describe('logs', () => {
  it('are the lines of the main process', async () => {
    const id = await create();
    service.control.print(id, 'one\ntwo\n');
    const first = (await service.alice.get(`/sandboxes/${id}/logs`)).json;
    const [{ timestamp }] = (first as { logs: { timestamp: string }[] }).logs as [{ timestamp: string }];
    expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(60_000);
    expect(first).toEqual({
      logs: [
        { timestamp, line: 'one' },
        { timestamp, line: 'two' },
      ],
      logEntries: ['one', 'two'].map((message) => ({ timestamp, message, level: 'info', fields: {} })),
    });
    const second = await service.alice.get(`/v2/sandboxes/${id}/logs?direction=backward&limit=1&search=o`);
    expect(second.json).toEqual({ logs: [{ timestamp, message: 'two', level: 'info', fields: {} }] });
    expect((await service.alice.get(`/v2/sandboxes/${id}/logs?level=error`)).json).toEqual({ logs: [] });
  });
});

describe('what is not served', () => {
  it.each([
    ['POST', '/sandboxes/x/snapshots', /snapshot/i],
    ['GET', '/snapshots', /snapshot/i],
    ['POST', '/sandboxes/x/fork', /fork/i],
    ['GET', '/sandboxes/metrics', /metrics/i],
    ['GET', '/templates', /template/i],
    ['GET', '/templates/aliases/base', /template/i],
    ['DELETE', '/templates/base', /template/i],
    ['POST', '/v3/templates', /building/i],
    ['POST', '/v2/templates/a/builds/b', /building/i],
    ['GET', '/templates/a/builds/b/status', /building/i],
    ['GET', '/templates/a/files/b', /building/i],
    ['POST', '/templates/tags', /tag/i],
    ['GET', '/templates/a/tags', /tag/i],
    ['GET', '/volumes', /volume/i],
    ['POST', '/volumes', /volume/i],
    ['PATCH', '/volumecontent/a/path', /volume/i],
    ['POST', '/secrets', /secret/i],
    ['GET', '/teams', /team/i],
    ['POST', '/sandboxes/x/teleport', /teleport/i],
  ])('%s %s answers 501 and names the feature', async (method, path, feature) => {
    const reply = await service.alice.send(method, path);
    expect(reply.status).toBe(501);
    expect(await reply.json()).toEqual({ code: 501, message: expect.stringMatching(feature) });
  });

  it('needs a key all the same', async () => {
    expect((await service.nobody.get('/snapshots')).json).toMatchObject({ code: 401 });
  });

  it('knows a wrong method in the shape of E2B', async () => {
    const reply = await service.alice.send('PATCH', '/v2/sandboxes');
    expect([reply.status, await reply.json(), reply.headers.get('allow')]).toEqual([
      ...[405, { code: 405, message: expect.any(String) }],
      'POST, GET, HEAD, OPTIONS',
    ]);
  });

  it('lets network pass where it changes nothing', async () => {
    const open = await create();
    const closed = await create({ allow_internet_access: false });
    const put = async (id: string, body: object) => {
      const init = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      return (await service.alice.send('PUT', `/sandboxes/${id}/network`, init)).status;
    };
    expect([await put(open, {}), await put(open, { allow_internet_access: true, allowOut: [] })]).toEqual([204, 204]);
    expect(await put(closed, { allow_internet_access: false })).toBe(204);
    expect([await put(closed, {}), await put(open, { allow_internet_access: false })]).toEqual([501, 501]);
    expect([await put(open, { denyOut: ['1.2.3.4'] }), await put('nosuch', {})]).toEqual([501, 404]);
  });
});

describe('what is not valid', () => {
  it('is refused in the shape of E2B: JSON, type, size, encoding of the address', async () => {
    const json = { 'content-type': 'application/json' };
    const cases: [RequestInit, string, number][] = [
      [{ headers: json, body: '{' }, '/sandboxes', 400],
      [{ headers: { 'content-type': 'text/plain' }, body: 'x' }, '/sandboxes', 415],
      [{ headers: json, body: `"${'x'.repeat(1_100_000)}"` }, '/sandboxes', 413],
      [{ headers: json, body: '[]' }, '/sandboxes', 400],
      [{}, '/sandboxes/%FF/pause', 400],
    ];
    for (const [init, path, status] of cases) {
      const reply = await service.alice.send('POST', path, init);
      expect([reply.status, await reply.json()]).toEqual([status, { code: status, message: expect.any(String) }]);
    }
  });
});
