import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SandboxError } from '../../src/domain/errors.ts';
import { eventually } from '../support/api.ts';
import type { ApiClient, Reply } from '../support/api-client.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';
import { testFloor } from '../support/rows.ts';

let service: MemoryService;
beforeEach(async () => {
  service = await memoryService();
});
afterEach(() => service.close());

const KEY = 'session-1';
const start = (client: ApiClient = service.alice, body: object = {}, headers: Record<string, string> = {}) =>
  client.post('/v1/sandboxes', { reuseKey: KEY, ...body }, { headers });
const told = (reply: Reply) => [reply.status, reply.view().id, reply.view().state, reply.view().start?.path];
const call = (id: string, verb: string, body: object = {}) => service.alice.post(`/v1/sandboxes/${id}/${verb}`, body);
const state = async (id: string) => (await service.store.find(id))?.state;
const reaches = (id: string, wanted: string) => eventually(`${id} ${wanted}`, async () => (await state(id)) === wanted);

async function made(): Promise<string> {
  const reply = await start();
  expect([reply.status, reply.view().start?.path]).toEqual([201, 'cold']);
  return reply.view().id;
}

describe('a start with a reuse key finds the sandbox that has it', () => {
  it('running: as it is, and counts as its activity', async () => {
    const id = await made();
    expect(told(await start())).toEqual([200, id, 'running', 'reuse']);
    expect(service.control.count('create')).toBe(1);
  });

  it('whatever else the start says: the sandbox is the one that is there', async () => {
    const id = await made();
    const reply = await start(service.alice, { resources: { memoryMb: 64 }, labels: { a: 'b' } });
    expect(reply.view()).toMatchObject({ id, labels: {}, resources: { memoryMb: 512 } });
  });

  it('paused: resumed', async () => {
    const id = await made();
    await call(id, 'pause');
    expect(told(await start())).toEqual([200, id, 'running', 'reuse']);
    expect(service.control.count('unpause')).toBe(1);
  });

  it('stopped: restarted, in its next incarnation and with its files', async () => {
    const id = await made();
    service.control.putFile(id, '/kept', 'here');
    await call(id, 'stop');
    const reply = await start();
    expect([...told(reply), reply.view().incarnation]).toEqual([200, id, 'running', 'reuse', 2]);
    expect([service.control.count('create'), service.control.containers().length]).toEqual([1, 1]);
  });

  it('pending: waits for its start', async () => {
    const release = service.control.hangNext('create');
    const first = await start(service.alice, { wait: false });
    expect(first.status).toBe(202);
    const second = start();
    release();
    expect(told(await second)).toEqual([200, first.view().id, 'running', 'reuse']);
  });

  it.each([
    ['pausing', 'pause', 'pause'],
    ['resuming', 'unpause', 'resume'],
    ['stopping', 'stop', 'stop'],
  ] as const)('%s: waits until it is there, then brings it back', async (working, held, verb) => {
    const id = await made();
    if (verb === 'resume') await call(id, 'pause');
    const release = service.control.hangNext(held);
    await call(id, verb, { wait: false });
    expect(await state(id)).toBe(working);
    const reply = start();
    release();
    expect(told(await reply)).toEqual([200, id, 'running', 'reuse']);
  });

  it('after a failed start: tries it again', async () => {
    service.control.failNext('start', { error: new SandboxError('start_failed', 'no') });
    expect((await start()).problem()).toMatchObject({ status: 502, code: 'start_failed' });
    const reply = await start();
    expect([reply.status, reply.view().state, reply.view().incarnation]).toEqual([200, 'running', 2]);
  });
});

describe('a start with a reuse key starts another sandbox', () => {
  it('for another tenant: the key is a matter of each', async () => {
    const mine = await made();
    const theirs = await start(service.bob);
    expect([theirs.status, theirs.view().id === mine]).toEqual([201, false]);
    expect(told(await start(service.bob))).toEqual([200, theirs.view().id, 'running', 'reuse']);
    expect(told(await start())).toEqual([200, mine, 'running', 'reuse']);
  });

  it('but not for another key of the same tenant', async () => {
    const id = await made();
    const colleague = await service.clientOf({ tenant: 'acme' });
    expect(told(await start(colleague))).toEqual([200, id, 'running', 'reuse']);
  });

  it('for another reuse key, and for none', async () => {
    const id = await made();
    expect((await start(service.alice, { reuseKey: 'session-2' })).view().id).not.toBe(id);
    expect((await service.alice.post('/v1/sandboxes', {})).view().id).not.toBe(id);
  });

  it('when the one before was deleted', async () => {
    const id = await made();
    await service.alice.delete(`/v1/sandboxes/${id}?force=true`);
    const reply = await start();
    expect([reply.status, reply.view().id === id]).toEqual([201, false]);
  });

  it('while the one before is being deleted', async () => {
    const id = await made();
    await call(id, 'stop');
    const release = service.control.hangNext('remove');
    await service.alice.delete(`/v1/sandboxes/${id}?wait=false`);
    expect(await state(id)).toBe('deleting');
    const reply = await start();
    expect([reply.status, reply.view().id === id]).toEqual([201, false]);
    release();
    await reaches(id, 'deleted');
  });

  it('while the one before stops and will be deleted then, without waiting for that', async () => {
    const id = await made();
    const release = service.control.hangNext('stop');
    await service.alice.delete(`/v1/sandboxes/${id}?force=true&wait=false`);
    expect(await state(id)).toBe('stopping');
    const reply = await start(service.alice, { waitSeconds: 2 });
    expect([reply.status, reply.view().id === id]).toEqual([201, false]);
    release();
    await reaches(id, 'deleted');
    expect(told(await start())).toEqual([200, reply.view().id, 'running', 'reuse']);
  });

  it('when the one before has lost its container: that one gives the key up and stays as it is', async () => {
    const id = await made();
    service.control.removeOutside(id);
    await reaches(id, 'stopped');
    const reply = await start();
    expect([reply.status, reply.view().id === id]).toEqual([201, false]);
    expect(await service.store.find(id)).toMatchObject({ state: 'stopped', reuseKey: null });
    expect(told(await start())).toEqual([200, reply.view().id, 'running', 'reuse']);
  });

  it('when the one before is due to be deleted', async () => {
    const first = await start(service.alice, { lifetime: { autoDeleteSeconds: 0.05 } });
    const id = first.view().id;
    await call(id, 'stop');
    await eventually('it is due', async () => ((await service.store.find(id))?.deleteAtMs ?? 0) < Date.now());
    const reply = await start();
    expect([reply.status, reply.view().id === id]).toEqual([201, false]);
  });
});

describe('starts with one reuse key at once', () => {
  it('begin one sandbox, and all get it', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => start()));
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    expect(new Set(replies.map((reply) => reply.view().id)).size).toBe(1);
    expect(service.control.count('create')).toBe(1);
  });

  it('of two tenants begin one each', async () => {
    const clients = [service.alice, service.bob, service.alice, service.bob];
    const ids = await Promise.all(clients.map(async (client) => (await start(client)).view().id));
    expect([ids[0] === ids[2], ids[1] === ids[3], new Set(ids).size]).toEqual([true, true, 2]);
  });

  it('restart the stopped one once', async () => {
    const id = await made();
    await call(id, 'stop');
    const replies = await Promise.all(Array.from({ length: 5 }, () => start()));
    expect(replies.map(told)).toEqual(Array(5).fill([200, id, 'running', 'reuse']));
    expect((await service.store.find(id))?.incarnation).toBe(2);
  });

  it('beside a force delete get that one before it goes, or another one, which is kept', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = (await start()).view().id;
      const [, reply] = await Promise.all([service.alice.delete(`/v1/sandboxes/${id}?force=true`), start()]);
      expect([200, 201]).toContain(reply.status);
      if (reply.status === 201) expect(await state(reply.view().id)).toBe('running');
      await eventually('no more than one has the key', async () => {
        const found = await service.store.findReusable('acme', KEY);
        return found === undefined || found.id !== id;
      });
    }
  });
});

describe('202', () => {
  it('answers when the restart takes longer than the caller waits, and it runs in the end', async () => {
    const id = await made();
    await call(id, 'stop');
    const release = service.control.hangNext('start');
    const reply = await start(service.alice, { waitSeconds: 0.05 });
    expect(told(reply)).toEqual([202, id, 'pending', 'reuse']);
    release();
    await reaches(id, 'running');
  });

  it('answers at once without a wait: resumed in the background', async () => {
    const id = await made();
    await call(id, 'pause');
    const reply = await start(service.alice, { wait: false });
    expect([reply.status, reply.view().id]).toEqual([202, id]);
    await reaches(id, 'running');
  });
});

describe('409', () => {
  it('answers when it is still on its way to somewhere else: nothing would bring it back', async () => {
    const id = await made();
    const release = service.control.hangNext('stop');
    await call(id, 'stop', { wait: false });
    const reply = await start(service.alice, { wait: false });
    expect(reply.problem()).toMatchObject({ status: 409, code: 'conflict', state: 'stopping' });
    expect(reply.headers.get('retry-after')).toBe('1');
    release();
    await reaches(id, 'stopped');
    expect(told(await start())).toEqual([200, id, 'running', 'reuse']);
  });

  it('waits no longer than the caller asked for, whatever the way back takes', async () => {
    const id = await made();
    const release = service.control.hangNext('stop');
    await call(id, 'stop', { wait: false });
    const beganMs = performance.now();
    const answer = start(service.alice, { waitSeconds: 1 });
    const releaseStart = service.control.hangNext('start');
    setTimeout(release, 700);
    const reply = await answer;
    expect(reply.status).toBe(202);
    expect(performance.now() - beganMs).toBeLessThan(1_500);
    releaseStart();
    await reaches(id, 'running');
  });
});

describe('429', () => {
  it('refuses what the quota refuses: a new one, and the restart of a stopped one; never one that lives', async () => {
    const small = await service.clientOf({ tenant: 'small', quota: { sandboxes: 1, cpus: null, memoryMb: null } });
    const first = await start(small);
    expect((await start(small)).view().id).toBe(first.view().id);
    expect((await start(small, { reuseKey: 'another' })).problem()).toMatchObject({ status: 429 });
    await small.post(`/v1/sandboxes/${first.view().id}/stop`, {});
    expect((await small.post('/v1/sandboxes', {})).status).toBe(201);
    expect((await start(small)).problem()).toMatchObject({ status: 429, code: 'quota_exceeded' });
    expect(await state(first.view().id)).toBe('stopped');
  });
});

describe('with an idempotency key', () => {
  const once = { 'idempotency-key': 'once' };

  it('a repeat finds what the first started', async () => {
    const first = await start(service.alice, {}, once);
    const again = await start(service.alice, {}, once);
    expect([first.status, again.status, again.view().id]).toEqual([201, 201, first.view().id]);
  });

  it('the reuse key is part of the request', async () => {
    await start(service.alice, {}, once);
    expect((await start(service.alice, { reuseKey: 'another' }, once)).problem()).toMatchObject({ status: 422 });
    expect((await service.alice.post('/v1/sandboxes', {}, { headers: once })).status).toBe(422);
  });

  it('a repeat of a start whose sandbox was deleted is gone, though the reuse key is free', async () => {
    const first = await start(service.alice, {}, once);
    await service.alice.delete(`/v1/sandboxes/${first.view().id}?force=true`);
    expect((await start(service.alice, {}, once)).status).toBe(410);
    expect((await start()).status).toBe(201);
  });

  it('a repeat does not restart what has stopped since', async () => {
    const first = await start(service.alice, {}, once);
    await call(first.view().id, 'stop');
    const again = await start(service.alice, {}, once);
    expect([again.status, again.view().state]).toEqual([200, 'stopped']);
  });

  it('twenty at once begin one', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => start(service.alice, {}, once)));
    expect(new Set(replies.map((reply) => reply.view().id)).size).toBe(1);
    expect(service.control.count('create')).toBe(1);
  });

  it('a start that found its sandbox by reuse key is remembered as well', async () => {
    const id = await made();
    expect(told(await start(service.alice, {}, once))).toEqual([200, id, 'running', 'reuse']);
    expect((await start(service.alice, { labels: { a: 'b' } }, once)).status).toBe(422);
    await call(id, 'stop');
    const again = await start(service.alice, {}, once);
    expect([again.status, again.view().id, again.view().state]).toEqual([200, id, 'stopped']);
    await service.alice.delete(`/v1/sandboxes/${id}?force=true`);
    expect((await start(service.alice, {}, once)).status).toBe(410);
  });

  it('a repeat of one whose restart failed is told of it, and does not try again', async () => {
    const id = await made();
    await call(id, 'stop');
    service.control.failNext('start', { error: new SandboxError('start_failed', 'no') });
    const failed = { status: 502, code: 'start_failed', id };
    expect((await start(service.alice, {}, once)).problem()).toMatchObject(failed);
    expect((await start(service.alice, {}, once)).problem()).toMatchObject(failed);
    expect(told(await start())).toEqual([200, id, 'running', 'reuse']);
  });

  it('twenty at once that find one by reuse key are answered with it', async () => {
    const id = await made();
    await call(id, 'stop');
    const replies = await Promise.all(Array.from({ length: 20 }, () => start(service.alice, {}, once)));
    expect(new Set(replies.map((reply) => reply.view().id))).toEqual(new Set([id]));
    expect((await service.store.find(id))?.incarnation).toBe(2);
  });
});

describe('a start from the pool', () => {
  it('takes the reuse key along', async () => {
    await service.close();
    service = await memoryService({
      floors: [testFloor(4)],
    });
    await service.pool.begin();
    await eventually('the floor is warm', async () => service.pool.idle().length === 4);
    const replies = await Promise.all([start(), start(), start(service.bob), start()]);
    expect(replies.map((reply) => [reply.status, reply.view().start?.path]).sort()).toEqual([
      [200, 'reuse'],
      [200, 'reuse'],
      [201, 'warm'],
      [201, 'warm'],
    ]);
    await eventually('the slots that were not needed are back', async () => service.pool.idle().length >= 4);
    expect(service.claims).toEqual(['hit', 'hit']);
  });
});
