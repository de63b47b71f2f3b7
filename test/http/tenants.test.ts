import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyPageSchema } from '../../src/contract/history.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
  await service.alice.start({ id: 'hers' });
});
afterAll(() => service.close());

describe('a sandbox of another tenant', () => {
  it.each([
    ['GET', '/v1/sandboxes/hers'],
    ['GET', '/v1/sandboxes/hers?wait=stopped&timeoutSeconds=0'],
    ['GET', '/v1/sandboxes/hers/history'],
    ['GET', '/v1/sandboxes/hers/explain'],
    ['GET', '/v1/sandboxes/hers/events'],
    ['POST', '/v1/sandboxes/hers/stop'],
    ['POST', '/v1/sandboxes/hers/restart'],
    ['POST', '/v1/sandboxes/hers/pause'],
    ['POST', '/v1/sandboxes/hers/resume'],
    ['PATCH', '/v1/sandboxes/hers'],
    ['DELETE', '/v1/sandboxes/hers?force=true'],
  ])('is as unknown as one that never was: %s %s', async (method, path) => {
    const answers = await Promise.all(
      [path, path.replace('hers', 'nobodys')].map(async (one) => {
        const response = await service.bob.send(method, one);
        const text = (await response.text()).replaceAll('nobodys', 'hers').replace(/"requestId":"[^"]*"/, '');
        return { status: response.status, text };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 404, text: expect.stringContaining('sandbox_not_found') });
    expect((await service.alice.get('/v1/sandboxes/hers')).view()).toMatchObject({ state: 'running', version: 2 });
  });

  it('is in no list but that of its tenant and of administrators', async () => {
    expect((await service.bob.get('/v1/sandboxes')).json).toEqual({ items: [], nextCursor: null });
    expect((await service.alice.get('/v1/sandboxes')).text).toContain('hers');
    expect((await service.admin.get('/v1/sandboxes?tenant=acme')).text).toContain('hers');
  });
});

describe('an administrator', () => {
  it("restarts a user's stopped sandbox, and the history names the administrator's key", async () => {
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    const reply = await service.admin.post(`/v1/sandboxes/${id}/restart`);
    expect(reply.view()).toMatchObject({ state: 'running', tenant: 'acme', incarnation: 2 });
    const { items } = historyPageSchema.parse((await service.alice.get(`/v1/sandboxes/${id}/history`)).json);
    expect(items.find(({ event }) => event === 'RESTART_REQUESTED')?.actor).toBe(service.admin.keyId);
    expect(items.find(({ event }) => event === 'STOP_REQUESTED')?.actor).toBe(service.alice.keyId);
  });
});
