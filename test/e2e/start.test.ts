import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf } from '../support/api.ts';
import { containerOf, containersOf, serviceIdOf } from '../support/engine.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const IMAGE = 'sandglass-busybox:latest';

describe.each(['embedded', 'memory'])('a start with the live store %s', (liveStore) => {
  let service: ServiceProcess;
  let api: Api;
  let serviceId: string;
  beforeAll(async () => {
    service = await startService({ SANDGLASS_REDIS_URL: liveStore });
    api = apiOf(service);
    serviceId = serviceIdOf(service.dataDir);
  });
  afterAll(() => service?.dispose());

  const start = (body: object, headers: Record<string, string> = {}) =>
    api('POST', '/v1/sandboxes', { body: { image: IMAGE, ...body }, headers });

  it('2: refuses an id that is live, stopped or a tombstone, and leaves the first untouched', async () => {
    const first = await start({ id: 'twice', labels: { who: 'first' } });
    expect(first.status).toBe(201);
    const refused = async (state: string) => {
      const second = await start({ id: 'twice', labels: { who: 'second' } });
      expect(second.status, state).toBe(409);
      expect((await api('GET', '/v1/sandboxes/twice')).body).toMatchObject({ state, labels: { who: 'first' } });
    };
    await refused('running');
    await api('POST', '/v1/sandboxes/twice/stop');
    await refused('stopped');
    await api('DELETE', '/v1/sandboxes/twice');
    await refused('deleted');
  });

  it('3: tells an unknown image in seconds, with the cause, and leaves no container', async () => {
    const begun = Date.now();
    const answer = await start({ image: 'sandglass-no-such-image:1' });
    expect(Date.now() - begun).toBeLessThan(15_000);
    expect(answer.status).toBe(502);
    expect(answer.body).toMatchObject({ code: 'start_failed', reason: 'start_failed' });
    expect(answer.headers.get('location')).toBe(`/v1/sandboxes/${answer.body.id}`);
    expect(answer.body.detail).toContain('sandglass-no-such-image');
    const row = await api('GET', `/v1/sandboxes/${answer.body.id}`);
    expect(row.body).toMatchObject({ state: 'stopped', reason: { code: 'start_failed' } });
    expect(await containerOf(serviceId, answer.body.id)).toBeUndefined();
  });

  it('4: tells a command that ends at once, with code and log, and can be tried again', async () => {
    const answer = await start({ command: ['sh', '-c', 'echo it broke >&2; exit 7'] });
    expect(answer.status).toBe(502);
    expect(answer.body).toMatchObject({ code: 'start_failed', exitCode: 7, logTail: 'it broke\n' });
    expect(await containerOf(serviceId, answer.body.id)).toBeUndefined();
    const again = await api('POST', `/v1/sandboxes/${answer.body.id}/restart`);
    expect(again.status).toBe(502);
    expect(again.body).toMatchObject({ code: 'start_failed', exitCode: 7 });
    expect((await api('DELETE', `/v1/sandboxes/${answer.body.id}`)).status).toBe(204);
  });

  it('4: tells it as well when the command gets a twentieth of a CPU', async () => {
    const command = ['sh', '-c', 'echo it broke >&2; exit 7'];
    const answers = await Promise.all([1, 2, 3].map(() => start({ command, resources: { cpus: 0.05 } })));
    expect(answers.map(({ status, body }) => [status, body.exitCode])).toEqual(Array(3).fill([502, 7]));
  });

  it('runs the command given, with its environment, as the main process', async () => {
    const answer = await start({ command: ['sh', '-c', 'echo hello $NAME; exit 0'], env: { NAME: 'you' } });
    expect(answer.body.logTail).toBe('hello you\n');
  });

  it('31: answers the same idempotency key with the same sandbox, also at once', async () => {
    const key = { 'idempotency-key': `key-${liveStore}` };
    const answers = await Promise.all(Array.from({ length: 8 }, () => start({ labels: { a: '1' } }, key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const id = answers[0]?.body.id;
    expect((await start({ labels: { a: '2' } }, key)).status).toBe(422);
    await api('POST', `/v1/sandboxes/${id}/stop`);
    const stopped = await start({ labels: { a: '1' } }, key);
    expect([stopped.status, stopped.body.id, stopped.body.state]).toEqual([200, id, 'stopped']);
    await api('DELETE', `/v1/sandboxes/${id}`);
    expect((await start({ labels: { a: '1' } }, key)).status).toBe(410);
  });

  it('answers at once when it may not wait, and goes on', async () => {
    const answer = await start({ wait: false });
    expect(answer.status).toBe(202);
    expect(answer.body.state).toBe('pending');
    const running = await api('GET', `/v1/sandboxes/${answer.body.id}?wait=running&timeoutSeconds=20`);
    expect(running.body.state).toBe('running');
  });

  it('stops a start under way, and leaves nothing', async () => {
    const { body } = await start({ wait: false });
    const stopped = await api('POST', `/v1/sandboxes/${body.id}/stop`);
    expect([stopped.status, stopped.body.state]).toEqual([200, 'stopped']);
    const forced = await start({ wait: false });
    expect((await api('DELETE', `/v1/sandboxes/${forced.body.id}?force=true`)).status).toBe(204);
    const left = (await containersOf(serviceId)).map(({ Labels }) => Labels['sandglass.sandbox']);
    expect(left).not.toContain(body.id);
    expect(left).not.toContain(forced.body.id);
  });
});
