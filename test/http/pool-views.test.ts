import { afterEach, describe, expect, it } from 'vitest';
import { capacityHistorySchema, capacitySchema } from '../../src/contract/capacity.ts';
import { poolViewSchema, startSignatureSchema } from '../../src/contract/pool.ts';
import { capacity, capacityHistory, pool, poolSignature, requestCounts, Sandbox } from '../../src/sdk/index.ts';
import { eventually } from '../support/api.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';
import { testFloor, testTemplate } from '../support/rows.ts';

let service: MemoryService;
afterEach(() => service.close());

async function withFloor(slots: number): Promise<void> {
  service = await memoryService({ floors: [testFloor(slots)], memoryMb: 8_192 });
  await service.pool.begin();
  await eventually('the floor is warm', async () => service.pool.idle().length === slots);
}

const poolSeen = async (client: MemoryService['alice']) =>
  poolViewSchema.strict().parse((await client.get('/v1/pool')).json);
const signatureOf = async (body: object) =>
  startSignatureSchema.strict().parse((await service.alice.post('/v1/pool/signature', body)).json);

describe('GET /v1/pool', () => {
  it('says that the pool is off', async () => {
    service = await memoryService();
    await service.alice.start();
    expect(await poolSeen(service.alice)).toEqual({ on: false, items: [] });
  });

  it('shows any key what is ready and how it is used, and no id of a slot', async () => {
    await withFloor(2);
    const ids = service.pool.idle().map(({ id }) => id);
    await service.alice.start();
    const { on, items } = await poolSeen(service.bob);
    expect([on, items.length]).toEqual([true, 1]);
    expect(items[0]).toMatchObject({
      ...{ signature: expect.stringMatching(/^[0-9a-f]{8}$/), tier: 'permanent', template: 'base' },
      ...{ image: testTemplate.image, runtime: 'runc', network: { internet: true }, target: 2 },
      ...{ hits: 1, misses: 0, discards: 0, hitRate: 1, claimMs: { p50: expect.any(Number) } },
    });
    const { text } = await service.bob.get('/v1/pool');
    for (const id of ids) expect(text).not.toContain(id);
  });

  it('shows an image only to whoever may start it', async () => {
    await withFloor(1);
    await service.admin.start({ image: 'secret:1' });
    await eventually('it is counted', async () => (await poolSeen(service.admin)).items.length === 2);
    expect((await poolSeen(service.alice)).items.map(({ image }) => image)).toEqual([testTemplate.image]);
  });
});

describe('GET /v1/capacity', () => {
  it('shows any key the room there is', async () => {
    await withFloor(2);
    await service.alice.start();
    await eventually('the floor is warm again', async () => service.pool.idle().length === 2);
    const view = capacitySchema.strict().parse((await service.bob.get('/v1/capacity')).json);
    expect(view).toEqual({
      ...{ engine: 'memory', memoryMb: 8_192, overcommit: 1, limitMb: 8_192, reservedMb: 512 + 2 * 64 },
      ...{ waiting: 0, pressure: null, disk: null, refuses: null },
    });
  });
});

describe('GET /v1/capacity/history', () => {
  it('shows any key how memory was used', async () => {
    const points = [{ atMs: 1_785_585_600_000, usedMb: 5_120, reservedMb: 512 }];
    service = await memoryService({
      operations: (known) => ({ capacity: { ...known.capacity, history: () => points } }),
    });
    const view = capacityHistorySchema.strict().parse((await service.bob.get('/v1/capacity/history')).json);
    expect(view).toEqual({ points: [{ at: '2026-08-01T12:00:00.000Z', usedMb: 5_120, reservedMb: 512 }] });
  });
});

describe('POST /v1/pool/signature', () => {
  it('is that of the pool, with and without the defaults, and starts nothing', async () => {
    await withFloor(1);
    const [shown] = (await poolSeen(service.alice)).items;
    const resources = { cpus: 2, memoryMb: 256, diskMb: null };
    const bodies = [{}, { template: 'base', env: { A: 'b' }, resources, reuseKey: 'k', wait: false }];
    for (const body of bodies) expect((await signatureOf(body)).signature).toBe(shown?.signature);
    expect((await service.admin.get('/v1/sandboxes')).json).toMatchObject({ items: [] });
    expect(service.claims).toEqual([]);
  });

  it('tells its parts, and is another one where a part is', async () => {
    service = await memoryService();
    const plain = await signatureOf({});
    expect(plain).toMatchObject({
      ...{ template: 'base', image: testTemplate.image, imageDigest: expect.stringMatching(/^sha256:/) },
      ...{ runtime: 'runc', network: { internet: true }, sudo: true, diskMb: null, agentVersion: 'memory' },
    });
    const others = [{ network: { internet: false } }, { resources: { diskMb: 100 } }, { runtime: 'runsc' }];
    const signatures = await Promise.all(others.map(async (body) => (await signatureOf(body)).signature));
    expect(new Set([plain.signature, ...signatures]).size).toBe(4);
  });

  it('is refused like the start itself', async () => {
    service = await memoryService();
    const asked = (body: object) => service.alice.post('/v1/pool/signature', body);
    expect((await asked({ image: 'secret:1' })).problem().code).toBe('forbidden');
    expect((await asked({ template: 'nosuch' })).problem().code).toBe('not_found');
    expect((await asked({ nosuch: 1 })).problem().code).toBe('invalid_request');
  });

  it('is 404 for an image that was never pulled, and 503 while the engine cannot be asked', async () => {
    service = await memoryService();
    const asked = () => service.admin.post('/v1/pool/signature', { image: 'missing:1' });
    expect((await asked()).problem()).toMatchObject({ status: 404, resource: 'image' });
    service.control.goDown();
    expect((await asked()).problem().code).toBe('engine_unavailable');
  });
});

describe('the SDK', () => {
  const options = () => ({
    url: 'http://sandglass.test',
    apiKey: service.alice.secret,
    fetch: async (input: string | URL | Request, init?: RequestInit) => service.app.request(new Request(input, init)),
  });

  it('reads pool, capacity and requests, and asks for a signature', async () => {
    await withFloor(1);
    const { items } = await pool(options());
    expect(items).toMatchObject([{ template: 'base', ready: 1 }]);
    expect((await poolSignature({ template: 'base' }, options())).signature).toBe(items[0]?.signature);
    expect(await capacity(options())).toMatchObject({ engine: 'memory', reservedMb: 64 });
    expect(await capacityHistory(options())).toEqual({ points: [] });
    const { items: counted } = await requestCounts(options());
    expect(counted.map(({ method, route }) => `${method} ${route}`)).toContain('GET /v1/capacity');
  });

  it('starts with a reuse key once, and finds it again: running, paused or stopped', async () => {
    await withFloor(1);
    const first = await Sandbox.start({ reuseKey: 'project-7' }, options());
    const again = async () => {
      const found = await Sandbox.start({ reuseKey: 'project-7' }, options());
      return [found.id, found.state, found.view.start?.path, found.incarnation];
    };
    expect(first.view.start?.path).toBe('warm');
    expect(await again()).toEqual([first.id, 'running', 'reuse', 1]);
    await first.pause();
    expect(await again()).toEqual([first.id, 'running', 'reuse', 1]);
    await first.stop();
    expect(await again()).toEqual([first.id, 'running', 'reuse', 2]);
    expect((await Sandbox.start({ reuseKey: 'project-8' }, options())).id).not.toBe(first.id);
  });
});
