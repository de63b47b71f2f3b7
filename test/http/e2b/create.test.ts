import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SandboxError } from '../../../src/domain/errors.ts';
import { readSpec } from '../../../src/domain/spec.ts';
import { type MemoryService, memoryService } from '../../support/memory-service.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: the proxy puts the port there.
const MASK = 'localhost:${PORT}';
let service: MemoryService;

beforeAll(async () => {
  service = await memoryService({ http: { domain: null } });
});
afterAll(() => service.close());

const create = (body: object, path = '/v2/sandboxes') => service.alice.post(path, body);
const created = async (body: object) => {
  const reply = await create(body);
  expect(reply.status, reply.text).toBe(201);
  const { sandboxID } = reply.json as { sandboxID: string };
  const row = await service.store.find(sandboxID);
  return row ?? expect.fail('no row');
};

describe('201', () => {
  it.each(['/sandboxes', '/v2/sandboxes'])('starts from a template by POST %s', async (path) => {
    const reply = await create({ templateID: 'base' }, path);
    expect(reply.status).toBe(201);
    const { sandboxID, envdAccessToken, ...rest } = reply.json as Record<string, string>;
    expect(sandboxID).toMatch(/^[a-z0-9]{20}$/);
    expect(envdAccessToken).toBe(service.operations.tokens.accessToken(sandboxID ?? ''));
    const named = { templateID: 'base', alias: 'base', clientID: 'sandglass', envdVersion: '0.6.4', domain: null };
    expect(rest).toEqual(named);
    expect((await service.store.find(sandboxID ?? ''))?.state).toBe('running');
  });

  it('takes base, 300 seconds and the deletion at their end where nothing is said', async () => {
    const row = await created({});
    expect(row).toMatchObject({ template: 'base', internet: true, autoResume: false, deleteIfUnstarted: true });
    expect(row.lifetime).toMatchObject({ timeoutSeconds: 300, onTimeout: 'delete' });
  });

  it.each([
    [{ autoPause: true }, 'pause'],
    [{ autoPause: true, autoPauseMemory: true }, 'pause'],
    [{ autoPause: true, autoPauseMemory: false }, 'stop'],
    [{ autoPause: false }, 'delete'],
    [{ autoPauseMemory: false }, 'delete'],
  ])('makes of %j the end "%s"', async (body, onTimeout) => {
    expect((await created({ templateID: 'base', ...body })).lifetime.onTimeout).toBe(onTimeout);
  });

  it('keeps metadata of any characters, environment, internet and what traffic may do', async () => {
    const metadata = { 'user id': 'ä=&%"\n', '': 'empty', 'x/y:z': '' };
    const row = await created({
      metadata,
      envVars: { 'a.b-c': '1', PATH_X: 'y z' },
      timeout: 60,
      allow_internet_access: false,
      autoPause: true,
      autoResume: { enabled: true },
      network: { allowPublicTraffic: false, maskRequestHost: MASK, allowOut: [], rules: {} },
    });
    expect(row).toMatchObject({ labels: metadata, internet: false, autoResume: true });
    expect(row.lifetime.timeoutSeconds).toBe(60);
    const reading = readSpec(row.spec);
    expect(reading).toMatchObject({
      spec: {
        env: { 'a.b-c': '1', PATH_X: 'y z' },
        allowPublicTraffic: false,
        maskRequestHost: MASK,
      },
    });
  });

  it('gives a traffic token where traffic is not public, and none elsewhere', async () => {
    const closed = (await create({ network: { allowPublicTraffic: false } })).json as Record<string, string>;
    expect(closed['trafficAccessToken']).toBe(service.operations.tokens.trafficToken(closed['sandboxID'] ?? ''));
    expect((await create({ network: { allowPublicTraffic: true } })).json).not.toHaveProperty('trafficAccessToken');
  });

  it('knows base by its own tags, and starts images for those who may', async () => {
    expect((await created({ templateID: 'base:default' })).template).toBe('base');
    const reply = await service.admin.post('/sandboxes', { templateID: 'python:3.12' });
    expect(reply.json).toMatchObject({ templateID: 'python:3.12' });
    expect(reply.json).not.toHaveProperty('alias');
  });

  it('drops what no release of ours knows, and takes null for nothing', async () => {
    await created({ templateID: 'base', secure: false, newField: { a: 1 }, mcp: null, network: null, timeout: null });
  });

  it('takes the key in a header of any case, with SDK headers around it', async () => {
    const headers = { 'X-API-KEY': service.alice.secret, 'content-type': 'application/json', browser: 'x' };
    const reply = await service.app.request('/sandboxes', { method: 'POST', headers, body: '{"templateID":"base"}' });
    expect(reply.status).toBe(201);
  });
});

describe('400', () => {
  it.each([
    [{ timeout: 0 }, 'timeout'],
    [{ timeout: -5 }, 'timeout'],
    [{ timeout: '60' }, 'timeout'],
    [{ timeout: 1e9 }, 'timeoutSeconds'],
    [{ mcp: { duckduckgo: {} } }, 'mcp'],
    [{ iam: { tokens: { a: {} } } }, 'iam'],
    [{ volumeMounts: [{ name: 'v', path: '/v' }] }, 'volumeMounts'],
    [{ network: { allowOut: ['8.8.8.8'] } }, 'network.allowOut'],
    [{ network: { denyOut: ['0.0.0.0/0'] } }, 'network.denyOut'],
    [{ network: { rules: { 'a.b': [{}] } } }, 'network.rules'],
    [{ network: { egressProxy: { address: 'a:1' } } }, 'network.egressProxy'],
    [{ network: { httpsPorts: [8443] } }, 'network.httpsPorts'],
    [{ network: { maskRequestHost: 'a b' } }, 'network.maskRequestHost'],
    [{ autoPause: true, autoPauseMemory: false, autoResume: { enabled: true } }, 'autoResume'],
    [{ metadata: { a: 1 } }, 'metadata.a'],
    [{ metadata: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, ''])) }, 'labels'],
    [{ envVars: { 'a=b': '' } }, 'envVars'],
  ])('refuses %j and names it', async (body, name) => {
    const before = service.control.containers().length;
    const reply = await create({ templateID: 'base', ...body });
    expect(reply.json).toEqual({ code: 400, message: expect.stringContaining(name) });
    expect(reply.status).toBe(400);
    expect(service.control.containers()).toHaveLength(before);
  });
});

describe('401', () => {
  it('answers in the shape of E2B to no key and to a wrong one', async () => {
    expect((await service.nobody.post('/v2/sandboxes', {})).json).toMatchObject({ code: 401 });
    const headers = { 'x-api-key': `e2b_${'0'.repeat(40)}` };
    const reply = await service.nobody.post('/sandboxes', {}, { headers });
    expect([reply.status, reply.json]).toEqual([401, { code: 401, message: expect.any(String) }]);
  });
});

describe('404', () => {
  it('knows no such template', async () => {
    for (const client of [service.alice, service.admin]) {
      const reply = await client.post('/sandboxes', { templateID: 'missing-one' });
      expect([reply.status, reply.json]).toEqual([
        404,
        { code: 404, message: expect.stringMatching(/^template 'missing-one' not found/) },
      ]);
    }
    expect((await create({ templateID: '../x y' })).json).toEqual({
      code: 404,
      message: "template '../x y' not found",
    });
  });
});

describe('403', () => {
  it('says that an image may not be started with this key', async () => {
    const reply = await create({ templateID: 'python:3.12' });
    expect([reply.status, reply.json]).toMatchObject([403, { code: 403 }]);
  });
});

describe('a create that fails', () => {
  it('leaves nothing, and says why it failed', async () => {
    const error = new SandboxError('start_failed', 'exec format error');
    service.control.failNext('start', { error });
    const reply = await create({ metadata: { which: 'failed' } });
    expect([reply.status, reply.json]).toEqual([
      502,
      { code: 502, message: expect.stringContaining('exec format error') },
    ]);
    const rows = await service.store.list({
      ...{
        tenant: 'acme',
        states: ['pending', 'stopping', 'stopped', 'deleting', 'deleted'],
        labels: { which: 'failed' },
      },
      ...{ template: null, order: 'asc', limit: 10, after: null },
    });
    expect(rows.map(({ state }) => state)).toEqual(['deleted']);
    const ids = rows.map(({ id }) => id);
    expect(service.control.containers().filter(({ sandboxId }) => ids.includes(sandboxId ?? ''))).toEqual([]);
  });

  it('leaves nothing when the caller goes away before it runs', async () => {
    const release = service.control.hangNext('create');
    const gone = new AbortController();
    const asked = service.alice.post('/sandboxes', { metadata: { which: 'left' } }, { signal: gone.signal });
    const find = async () => {
      const states = ['pending', 'stopping', 'stopped', 'deleting', 'deleted'] as const;
      const query = { tenant: 'acme', states, labels: { which: 'left' }, template: null, order: 'asc' } as const;
      return (await service.store.list({ ...query, limit: 2, after: null }))[0]?.state;
    };
    await expect.poll(find).toBe('pending');
    gone.abort();
    await asked.catch(() => undefined);
    release();
    await expect.poll(find).toBe('deleted');
  });

  it('answers 503 while the engine is down, and writes nothing', async () => {
    const own = await memoryService();
    try {
      own.control.goDown();
      const reply = await own.alice.post('/v2/sandboxes', {});
      expect([reply.status, reply.json]).toMatchObject([503, { code: 503 }]);
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    } finally {
      await own.close();
    }
  });

  it('answers 429 with whole seconds when the quota is used up', async () => {
    const quota = { sandboxes: 1, cpus: null, memoryMb: null };
    const client = await service.clientOf({ tenant: 'small', quota });
    expect((await client.post('/sandboxes', {})).status).toBe(201);
    const reply = await client.post('/sandboxes', {});
    expect([reply.status, reply.json]).toMatchObject([429, { code: 429, message: expect.stringContaining('quota') }]);
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});
