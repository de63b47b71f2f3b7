import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { templateListSchema, templateViewSchema } from '../../src/contract/template.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

const python = { name: 'python', image: 'python:3.12', env: { SECRET: 'do-not-show-me' }, resources: { cpus: 2 } };

describe('201', () => {
  it('registers one that everybody can see and start', async () => {
    const reply = await service.admin.post('/v1/admin/templates', python);
    expect(reply.status).toBe(201);
    expect(templateViewSchema.strict().parse(reply.json)).toEqual({
      name: 'python',
      image: 'python:3.12',
      resources: { cpus: 2 },
      user: null,
      workdir: null,
      sudo: false,
      envNames: ['SECRET'],
      memoryBudgetMb: null,
      floor: 0,
      source: 'api',
    });
    for (const path of ['/v1/templates', '/v1/admin/templates']) {
      const client = path === '/v1/templates' ? service.alice : service.admin;
      const listed = await client.get(path);
      const { items } = templateListSchema.parse(listed.json);
      expect(items.map(({ name, source }) => [name, source])).toEqual([
        ['base', 'builtin'],
        ['python', 'api'],
      ]);
      expect(listed.text).not.toContain('do-not-show-me');
    }
    expect(await service.alice.start({ template: 'python' })).toMatchObject({
      image: 'python:3.12',
      resources: { cpus: 2 },
    });
    expect(await service.alice.start({ image: 'python:3.12' })).toMatchObject({ template: null });
  });
});

describe('204', () => {
  it('forgets one', async () => {
    await service.admin.post('/v1/admin/templates', { name: 'brief', image: 'brief:1' });
    expect((await service.admin.delete('/v1/admin/templates/brief')).status).toBe(204);
    expect((await service.alice.post('/v1/sandboxes', { template: 'brief' })).status).toBe(404);
  });
});

describe('400', () => {
  it.each([
    [{ image: 'x' }, 'name'],
    [{ name: 'X', image: 'x' }, 'name'],
    [{ name: 'x', image: '-x' }, 'image'],
    [{ name: 'x', image: 'x', floor: -1 }, 'floor'],
    [{ name: 'x', image: 'x', extra: 1 }, 'extra'],
  ])('refuses %j', async (body, path) => {
    const problem = (await service.admin.post('/v1/admin/templates', body)).problem();
    expect(problem).toMatchObject({ status: 400, errors: [{ path }] });
  });

  it('refuses a path that is no name', async () => {
    expect((await service.admin.delete('/v1/admin/templates/..%2Fx')).problem().status).toBe(400);
  });
});

describe('an engine that does not let go of its image', () => {
  it('keeps no template from being removed', async () => {
    await service.admin.post('/v1/admin/templates', python);
    service.control.failNext('releaseImages');
    expect((await service.admin.delete('/v1/admin/templates/python')).status).toBe(204);
    expect((await service.alice.get('/v1/templates')).text).not.toContain('python');
  });
});

describe('403', () => {
  it('is for administrators', async () => {
    const replies = [
      await service.alice.post('/v1/admin/templates', python),
      await service.alice.get('/v1/admin/templates'),
      await service.alice.delete('/v1/admin/templates/python'),
    ];
    expect(replies.map((reply) => reply.problem().code)).toEqual(['forbidden', 'forbidden', 'forbidden']);
  });
});

describe('404', () => {
  it('names what is not there', async () => {
    const reply = await service.admin.delete('/v1/admin/templates/nosuch');
    expect(reply.problem()).toMatchObject({ status: 404, code: 'not_found', resource: 'template' });
  });
});

describe('409', () => {
  it('leaves those of the configuration alone', async () => {
    const replies = [
      await service.admin.post('/v1/admin/templates', { name: 'base', image: 'other:1' }),
      await service.admin.delete('/v1/admin/templates/base'),
    ];
    expect(replies.map((reply) => reply.problem().code)).toEqual(['conflict', 'conflict']);
  });
});

describe('502', () => {
  it('says that the image cannot be had, and registers nothing', async () => {
    const reply = await service.admin.post('/v1/admin/templates', { name: 'broken', image: 'missing:1' });
    expect(reply.problem()).toMatchObject({ status: 502, code: 'start_failed' });
    expect(reply.headers.get('location')).toBeNull();
    expect((await service.alice.get('/v1/templates')).text).not.toContain('broken');
  });
});
