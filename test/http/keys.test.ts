import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyListSchema, keyViewSchema, newKeyViewSchema } from '../../src/contract/api-key.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

async function make(body: object) {
  const reply = await service.admin.post('/v1/admin/keys', body);
  expect(reply.status, reply.text).toBe(201);
  return newKeyViewSchema.strict().parse(reply.json);
}

function list(secret: string): Promise<Response> {
  return service.nobody.send('GET', '/v1/sandboxes', { headers: { 'x-api-key': secret } });
}

describe('201', () => {
  it('tells the secret once, and the key works in both headers', async () => {
    const expiresAt = '2099-01-01T00:00:00.000Z';
    const key = await make({ tenant: 'acme', name: 'ci', expiresAt, quota: { sandboxes: 5 } });
    expect(key).toMatchObject({
      tenant: 'acme',
      role: 'user',
      name: 'ci',
      expiresAt,
      revokedAt: null,
      quota: { sandboxes: 5, cpus: null, memoryMb: null },
    });
    expect(key.key).toMatch(/^e2b_[0-9a-f]{40}$/);
    expect((await list(key.key)).status).toBe(200);
    const bearer = { headers: { authorization: `Bearer ${key.key}` } };
    expect((await service.nobody.send('GET', '/v1/sandboxes', bearer)).status).toBe(200);
    const listed = await service.admin.get('/v1/admin/keys');
    expect(keyListSchema.parse(listed.json).items.map(({ id }) => id)).toContain(key.id);
    expect(listed.text).not.toContain(key.key);
    expect(service.log.lines.map(({ text }) => text).join()).not.toContain(key.key);
  });
});

describe('200', () => {
  it('revokes for good; twice keeps the first instant', async () => {
    const { id, key } = await make({ tenant: 'acme' });
    const first = keyViewSchema.strict().parse((await service.admin.delete(`/v1/admin/keys/${id}`)).json);
    const second = keyViewSchema.strict().parse((await service.admin.delete(`/v1/admin/keys/${id}`)).json);
    expect(first.revokedAt).not.toBeNull();
    expect(second).toEqual(first);
    expect((await list(key)).status).toBe(401);
  });
});

describe('400', () => {
  it.each([
    [{}, 'tenant'],
    [{ tenant: '' }, 'tenant'],
    [{ tenant: 'a', role: 'root' }, 'role'],
    [{ tenant: 'a', name: 'line\nbreak' }, 'name'],
    [{ tenant: 'a', expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ tenant: 'a', quota: { sandboxes: -1 } }, 'quota.sandboxes'],
    [{ tenant: 'a', quota: { disks: 1 } }, 'quota.disks'],
  ])('refuses %j', async (body, path) => {
    expect((await service.admin.post('/v1/admin/keys', body)).problem()).toMatchObject({
      status: 400,
      errors: [{ path }],
    });
  });

  it('refuses a path that is no id of a key', async () => {
    expect((await service.admin.delete('/v1/admin/keys/KEY')).problem().status).toBe(400);
  });

  it('refuses a key in the address, and does not repeat it', async () => {
    const path = `/v1/sandboxes?api_key=${service.alice.secret}`;
    const problem = (await service.nobody.get(path)).problem();
    expect(problem).toMatchObject({ status: 400, hint: expect.stringMatching(/X-API-Key/) });
    expect(JSON.stringify([problem, service.log.lines])).not.toContain(service.alice.secret);
  });
});

describe('401', () => {
  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one of another form', 'secret'],
    ['an unknown one', `e2b_${'0'.repeat(40)}`],
  ])('refuses %s', async (_name, key) => {
    const response = await service.nobody.send(
      'GET',
      '/v1/sandboxes',
      key === undefined ? {} : { headers: { 'x-api-key': key } },
    );
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await response.json()).toMatchObject({ code: 'unauthenticated', hint: expect.any(String) });
  });

  it('refuses an expired one', async () => {
    const { key } = await make({ tenant: 'acme', expiresAt: '2001-01-01T00:00:00Z' });
    expect((await list(key)).status).toBe(401);
  });

  it('comes before everything else is looked at', async () => {
    const replies = [
      await service.nobody.get('/v1/sandboxes/NOT-AN-ID'),
      await service.nobody.post('/v1/sandboxes', { nonsense: true }),
      await service.nobody.get('/v1/admin/keys'),
    ];
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401]);
  });
});

describe('403', () => {
  it('is for administrators', async () => {
    const replies = [
      await service.alice.get('/v1/admin/keys'),
      await service.alice.post('/v1/admin/keys', { tenant: 'acme' }),
      await service.alice.delete(`/v1/admin/keys/${service.alice.keyId}`),
    ];
    expect(replies.map((reply) => reply.problem().code)).toEqual(['forbidden', 'forbidden', 'forbidden']);
  });
});

describe('404', () => {
  it('names what is not there', async () => {
    const problem = (await service.admin.delete('/v1/admin/keys/key_00')).problem();
    expect(problem).toMatchObject({ status: 404, code: 'not_found', resource: 'key' });
  });
});
