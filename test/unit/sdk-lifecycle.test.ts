import { describe, expect, it } from 'vitest';
import { Sandbox } from '../../src/sdk/index.ts';
import { sandboxView } from '../support/sdk/sandbox-view.ts';
import { type Reaction, scriptedServices } from '../support/sdk/scripted-service.ts';

const serviceThat = scriptedServices();

const answer = (status: number, change: Parameters<typeof sandboxView>[0] = {}): Reaction => ({
  status,
  json: sandboxView(change),
});

describe('starting', () => {
  it('sends the wish with the key, asks the service to wait, and answers with what runs', async () => {
    const { url, seen } = await serviceThat(answer(201));
    const sandbox = await Sandbox.start({ template: 'base', labels: { a: 'b' } }, { url, apiKey: 'e2b_secret' });
    expect(sandbox).toMatchObject({ id: 'first', state: 'running', incarnation: 1 });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      target: '/v1/sandboxes',
      headers: { 'x-api-key': 'e2b_secret' },
      body: { template: 'base', labels: { a: 'b' }, waitSeconds: 25 },
    });
  });

  it('waits on after a 202 until it runs', async () => {
    const { url, seen } = await serviceThat(answer(202, { state: 'pending', startedAt: null }), answer(200));
    const sandbox = await Sandbox.start({}, { url });
    expect(sandbox.state).toBe('running');
    expect(seen[1]?.target).toMatch(/^\/v1\/sandboxes\/first\?wait=running%2C.*&timeoutSeconds=25$/);
  });

  it('polls again while the service answers with a state that has not settled', async () => {
    const pending = { state: 'pending', startedAt: null } as const;
    const { url, seen } = await serviceThat(answer(202, pending), answer(200, pending), answer(200));
    expect((await Sandbox.start({}, { url })).state).toBe('running');
    expect(seen).toHaveLength(3);
  });

  it('throws start_failed when it fails after the 202, with what the end told', async () => {
    const reason = {
      code: 'start_failed',
      message: 'Its command ended.',
      exitCode: 3,
      logTail: 'no such file',
    } as const;
    const { url } = await serviceThat(
      answer(202, { state: 'pending', startedAt: null }),
      answer(200, { state: 'stopped', startedAt: null, reason }),
    );
    await expect(Sandbox.start({}, { url })).rejects.toMatchObject({
      code: 'start_failed',
      message: 'Its command ended.',
      details: { id: 'first', exitCode: 3, logTail: 'no such file' },
    });
  });

  it('asks the service to hold a request for less than the client would wait for an answer', async () => {
    const { url, seen } = await serviceThat(answer(201));
    await Sandbox.start({}, { url, timeoutMs: 5_000 });
    expect(seen[0]?.body).toEqual({ waitSeconds: 2.5 });
  });
});

describe('a sandbox', () => {
  const running = async (...reactions: readonly Reaction[]) => {
    const { url, seen } = await serviceThat(answer(200), ...reactions);
    const sandbox = await Sandbox.get('first', { url });
    return { sandbox, seen };
  };

  it('stops with a grace, and knows its new state', async () => {
    const { sandbox, seen } = await running(answer(200, { state: 'stopped' }));
    expect((await sandbox.stop({ graceSeconds: 3 })).state).toBe('stopped');
    expect(seen[1]).toMatchObject({ method: 'POST', target: '/v1/sandboxes/first/stop', body: { graceSeconds: 3 } });
  });

  it('restarts with a new lifetime', async () => {
    const { sandbox, seen } = await running(answer(200, { incarnation: 2 }));
    expect((await sandbox.restart({ lifetime: { timeoutSeconds: 60 } })).incarnation).toBe(2);
    expect(seen[1]?.body).toEqual({ lifetime: { timeoutSeconds: 60 }, waitSeconds: 25 });
  });

  it('is explained by the service', async () => {
    const { sandbox, seen } = await running({ status: 200, json: { id: 'first', sentence: 'It is running.' } });
    expect((await sandbox.explain()).sentence).toBe('It is running.');
    expect(seen[1]).toMatchObject({ method: 'GET', target: '/v1/sandboxes/first/explain' });
  });

  it('throws when what it got is no explanation', async () => {
    const { sandbox } = await running(answer(200));
    await expect(sandbox.explain()).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('pauses and resumes', async () => {
    const { sandbox, seen } = await running(answer(200, { state: 'paused' }), answer(200));
    expect((await sandbox.pause()).state).toBe('paused');
    expect((await sandbox.resume({ timeoutSeconds: 9 })).state).toBe('running');
    expect(seen[2]?.body).toEqual({ lifetime: { timeoutSeconds: 9 }, waitSeconds: 25 });
  });

  it('is deleted for good, by force when asked so', async () => {
    const { sandbox, seen } = await running({ status: 204 });
    await sandbox.delete({ force: true });
    expect(sandbox.state).toBe('deleted');
    expect(seen[1]).toMatchObject({ method: 'DELETE', target: '/v1/sandboxes/first?force=true&waitSeconds=25' });
  });

  it('waits on until it is deleted when the service could not do it at once', async () => {
    const { sandbox } = await running(answer(202, { state: 'deleting' }), answer(200, { state: 'deleted' }));
    await sandbox.delete();
    expect(sandbox.state).toBe('deleted');
  });

  it('is deleted when the service forgets it at once', async () => {
    const forgotten = { status: 404, json: { code: 'sandbox_not_found', detail: 'There is no sandbox "first".' } };
    const { sandbox } = await running(answer(202, { state: 'deleting' }), forgotten);
    await sandbox.delete();
    expect(sandbox.state).toBe('deleted');
  });

  it('changes its lifetime, and is read again', async () => {
    const { sandbox, seen } = await running(answer(200, { version: 3 }), answer(200, { version: 4 }));
    expect((await sandbox.extend({ timeoutSeconds: 900 })).view.version).toBe(3);
    expect((await sandbox.refresh()).view.version).toBe(4);
    expect(seen[1]).toMatchObject({ method: 'PATCH', body: { lifetime: { timeoutSeconds: 900 } } });
  });

  it('cannot be asked for by an id that leads elsewhere', async () => {
    const { url, seen } = await serviceThat(answer(200));
    await Sandbox.get('../admin/keys?x=', { url });
    expect(seen[0]?.target).toBe('/v1/sandboxes/..%2Fadmin%2Fkeys%3Fx%3D');
  });
});

describe('a list', () => {
  it('goes on over all pages with the same filter', async () => {
    const page = (id: string, nextCursor: string | null) => ({
      status: 200,
      json: { items: [sandboxView({ id })], nextCursor },
    });
    const { url, seen } = await serviceThat(page('one', 'c1'), page('two', null));
    const filter = { state: ['running', 'stopped'], labels: { a: 'b', c: 'd:e' }, pageSize: 1 } as const;
    const ids: string[] = [];
    for await (const sandbox of Sandbox.list(filter, { url })) ids.push(sandbox.id);
    expect(ids).toEqual(['one', 'two']);
    const targets = seen.map(({ target }) => target);
    const query = 'state=running%2Cstopped&label=a%3Ab&label=c%3Ad%3Ae&limit=1';
    expect(targets).toEqual([`/v1/sandboxes?${query}`, `/v1/sandboxes?${query}&cursor=c1`]);
  });

  it('reads no further than it is read', async () => {
    const { url, seen } = await serviceThat({ status: 200, json: { items: [sandboxView()], nextCursor: 'more' } });
    for await (const sandbox of Sandbox.list({}, { url })) {
      expect(sandbox.id).toBe('first');
      break;
    }
    expect(seen).toHaveLength(1);
  });
});
