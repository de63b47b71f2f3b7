import { describe, expect, it } from 'vitest';
import { memoryService } from '../support/memory-service.ts';

describe('500', () => {
  it('has a fixed text; the cause goes to the log, once', async () => {
    const service = await memoryService({
      operations: ({ templates }) => ({
        templates: {
          ...templates,
          list: () => {
            throw new TypeError('the secret cause');
          },
        },
      }),
    });
    const reply = await service.alice.get('/v1/templates', { headers: { 'x-request-id': 'r1' } });
    expect(reply.problem()).toMatchObject({ status: 500, code: 'internal', requestId: 'r1' });
    expect(reply.text).not.toMatch(/secret|TypeError|at /);
    const told = service.log.lines.filter(({ text }) => text.includes('the secret cause'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ level: 'error', text: expect.stringContaining('"requestId":"r1"') });
    await service.close();
  });

  it('of one call in a batch leaves the others alone', async () => {
    const service = await memoryService({
      operations: ({ store }) => ({
        store: {
          ...store,
          find: async (id) => {
            if (id === 'broken') throw new TypeError('the secret cause');
            return store.find(id);
          },
        },
      }),
    });
    await service.alice.start({ id: 'fine' });
    const reply = await service.alice.post('/v1/batch', { action: 'stop', ids: ['broken', 'fine'] });
    expect(reply.json).toMatchObject({ items: [{ status: 500, error: { code: 'internal' } }, { status: 200 }] });
    expect(reply.text).not.toContain('secret');
    expect(service.log.lines.filter(({ text }) => text.includes('the secret cause'))).toHaveLength(1);
    await service.close();
  });
});

describe('503', () => {
  it('is what a database answers that cannot be written; nothing is started, reads go on', async () => {
    const service = await memoryService();
    const { id } = await service.alice.start();
    service.connection.db.run('pragma query_only = on');
    const replies = [
      await service.alice.post('/v1/sandboxes', {}),
      await service.alice.post(`/v1/sandboxes/${id}/stop`),
    ];
    for (const reply of replies) {
      expect(reply.problem()).toMatchObject({ status: 503, code: 'storage_unavailable' });
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect((await service.alice.get(`/v1/sandboxes/${id}`)).view().state).toBe('running');
    expect(service.control.count('create')).toBe(1);
    service.connection.db.run('pragma query_only = off');
    expect((await service.alice.post(`/v1/sandboxes/${id}/stop`)).status).toBe(200);
    await service.close();
  });
});
