import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExplanationView, explanationSchema } from '../../src/contract/explanation.ts';
import { SandboxError } from '../../src/domain/errors.ts';
import { until } from '../support/live-store/real-clock.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService();
});
afterAll(() => service.close());

async function explain(id: string, client = service.alice): Promise<ExplanationView> {
  const reply = await client.get(`/v1/sandboxes/${id}/explain`);
  expect(reply.status, reply.text).toBe(200);
  return explanationSchema.strict().parse(reply.json);
}

describe('200', () => {
  it('of a running sandbox: why, since when, what comes next and what it accepts', async () => {
    const { id, startedAt, deadlines } = await service.alice.start();
    expect(await explain(id)).toEqual({
      ...{ id, state: 'running', since: startedAt, owes: null, lastAttempt: null },
      because: { event: 'START_SUCCEEDED', reason: null, actor: 'system', at: startedAt },
      next: deadlines.next,
      accepts: ['stop', 'pause', 'delete?force=true'],
      sentence: expect.stringMatching(/^It is running since .* because its start succeeded; it will be stopped in /),
    });
  });

  it('names the failure of a job, its count and the next try; all of it is gone with success', async () => {
    const { id } = await service.alice.start();
    service.control.failNext('stop', { error: new SandboxError('conflict', 'device busy'), times: 2 });
    await service.alice.post(`/v1/sandboxes/${id}/stop`, { wait: false });
    await until('a try failed', async () => (await explain(id)).lastAttempt?.error != null);
    const told = await explain(id);
    expect(told).toMatchObject({
      ...{ state: 'stopping', owes: 'stopContainer' },
      because: { event: 'STOP_REQUESTED', reason: 'requested', actor: service.alice.keyId },
      lastAttempt: { job: 'stopContainer', error: 'device busy' },
      next: { action: 'kill' },
    });
    expect(told.sentence).toMatch(/^It is stopping since .* because a stop was requested by key_\w+; .*device busy/);
    const { lastAttempt } = told;
    if (lastAttempt?.nextAt != null) expect(lastAttempt.nextAt > lastAttempt.at).toBe(true);
    await service.alice.get(`/v1/sandboxes/${id}?wait=stopped&timeoutSeconds=8`);
    expect(await explain(id)).toMatchObject({
      ...{ state: 'stopped', owes: null, lastAttempt: null, next: { action: 'delete' } },
      accepts: ['restart', 'delete', 'delete?force=true'],
    });
  });

  it('says since when it stops, also when a later call brought the end forward', async () => {
    const { id } = await service.alice.start();
    const release = service.control.hangNext('stop');
    await service.alice.post(`/v1/sandboxes/${id}/stop`, { wait: false });
    const { since } = await explain(id);
    await service.alice.delete(`/v1/sandboxes/${id}?force=true&wait=false`);
    const told = await explain(id);
    expect(told).toMatchObject({
      since,
      because: { event: 'DELETE_REQUESTED' },
      lastAttempt: { job: 'stopContainer' },
    });
    release();
  });

  it('of a tombstone: nothing is accepted any more', async () => {
    const { id } = await service.alice.start();
    await service.alice.delete(`/v1/sandboxes/${id}?force=true`);
    expect(await explain(id)).toMatchObject({ state: 'deleted', accepts: [], next: { action: 'purge' } });
    expect((await explain(id, service.admin)).state).toBe('deleted');
  });
});

describe('400', () => {
  it('refuses parameters', async () => {
    expect((await service.alice.get('/v1/sandboxes/one/explain?deep=true')).problem().status).toBe(400);
  });
});

describe('404', () => {
  it('is what an unknown id gets, and one of another tenant', async () => {
    const { id } = await service.alice.start();
    for (const reply of [
      await service.alice.get('/v1/sandboxes/nobodys/explain'),
      await service.bob.get(`/v1/sandboxes/${id}/explain`),
    ]) {
      expect(reply.problem()).toMatchObject({ status: 404, code: 'sandbox_not_found' });
    }
  });
});
