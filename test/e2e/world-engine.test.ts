import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { type FaultyEngine, faultyEngine } from '../support/container-runtime/faulty-engine.ts';
import { containerOf, engine, serviceIdOf } from '../support/engine.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const IMAGE = 'sandglass-busybox:latest';

/** A real engine behind a proxy that misbehaves as told. */
describe('an engine that misbehaves', () => {
  let proxy: FaultyEngine;
  let service: ServiceProcess;
  let api: Api;
  beforeAll(async () => {
    proxy = await faultyEngine();
    service = await startService({
      SANDGLASS_REDIS_URL: 'memory',
      SANDGLASS_DOCKER_HOST: proxy.dockerHost,
      // Only what is under test may find out.
      SANDGLASS_RECONCILE_SECONDS: '3600',
    });
    api = apiOf(service);
  });
  afterEach(() => proxy?.treat(() => 'pass'));
  afterAll(async () => {
    proxy?.treat(() => 'pass');
    await service?.dispose();
    await proxy?.close();
  });

  const start = async (): Promise<string> => {
    const answer = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.id;
  };
  const view = async (id: string) => (await api('GET', `/v1/sandboxes/${id}`)).body;
  const reaches = (id: string, state: string, withinMs: number) =>
    eventually(`${id} ${state}`, async () => (await view(id)).state === state, withinMs);
  const containerIdOf = async (id: string) => {
    const found = await containerOf(serviceIdOf(service.dataDir), id);
    if (found === undefined) throw new Error(`sandbox ${id} has no container`);
    return found.Id;
  };

  it('22: what dies while the event stream is cut is noticed after the reconnect', async () => {
    const [kept = '', ...dying] = await Promise.all([start(), start(), start()]);
    proxy.treat((_method, path) => (path.includes('/events') ? { status: 500, message: 'no events now' } : 'pass'));
    proxy.cut();
    await eventually('the service lost its stream', async () =>
      service.log.some((line) => line.includes('engine.stream_broken')),
    );
    for (const id of dying) await engine.getContainer(await containerIdOf(id)).kill();
    // Long enough for several attempts to reconnect, each refused: until then nobody can know.
    const refused = () => proxy.requests.filter((request) => request.includes('/events')).length;
    const before = refused();
    await eventually('it tried again', async () => refused() >= before + 2, 15_000);
    for (const id of dying) expect((await view(id)).state).toBe('running');
    proxy.treat(() => 'pass');
    for (const id of dying) {
      await reaches(id, 'stopped', 15_000);
      const { reason } = await view(id);
      // The cut took every connection: whether a ping still came through at once decides which of the two it was.
      expect(['crashed', 'engine_lost']).toContain(reason.code);
      expect(reason.exitCode).toBe(137);
    }
    expect((await view(kept)).state).toBe('running');
    expect((await api('POST', `/v1/sandboxes/${dying[0]}/restart`)).body).toMatchObject({ state: 'running' });
    for (const id of [kept, ...dying]) await api('DELETE', `/v1/sandboxes/${id}?force=true`);
  });

  it('33, 42: a call that hangs is bounded, others are not held up, and stop and force delete end as asked', async () => {
    const ids = await Promise.all([start(), start(), start(), start()]);
    const [stopped = '', deleted = '', resumed = '', other = ''] = ids;
    await api('POST', `/v1/sandboxes/${resumed}/pause`);
    const wedged = await Promise.all([stopped, deleted, resumed].map(containerIdOf));
    proxy.treat((_method, path) =>
      /\/(pause|unpause)(\?|$)/.test(path) && wedged.some((id) => path.includes(id)) ? 'silence' : 'pass',
    );
    const begun = Date.now();
    const asks = [
      api('POST', `/v1/sandboxes/${stopped}/pause`, { body: { waitSeconds: 0.5 } }),
      api('POST', `/v1/sandboxes/${deleted}/pause`, { body: { waitSeconds: 0.5 } }),
      api('POST', `/v1/sandboxes/${resumed}/resume`, { body: { waitSeconds: 0.5 } }),
    ];
    const answers = await Promise.all(asks);
    expect(answers.map(({ status, body }) => [status, body.state])).toEqual([
      [202, 'pausing'],
      [202, 'pausing'],
      [202, 'resuming'],
    ]);
    const ends = await Promise.all([
      api('POST', `/v1/sandboxes/${stopped}/stop`, { body: { wait: false } }),
      api('DELETE', `/v1/sandboxes/${deleted}?force=true&wait=false`),
      api('POST', `/v1/sandboxes/${resumed}/stop`, { body: { wait: false } }),
    ]);
    expect(ends.map(({ status, body }) => [status, body.state])).toEqual(Array(3).fill([202, 'stopping']));
    // The same calls on another sandbox of this engine, and a new one, go on as ever.
    expect((await api('POST', `/v1/sandboxes/${other}/pause`)).body.state).toBe('paused');
    expect((await api('POST', `/v1/sandboxes/${other}/resume`)).body.state).toBe('running');
    const fresh = await start();
    expect(Date.now() - begun).toBeLessThan(15_000);
    // A pause or unpause has 20 s; then the stop goes its way.
    await Promise.all([
      reaches(stopped, 'stopped', 35_000),
      reaches(deleted, 'deleted', 35_000),
      reaches(resumed, 'stopped', 35_000),
    ]);
    expect((await view(stopped)).reason.code).toBe('requested');
    for (const id of [...ids, fresh]) await api('DELETE', `/v1/sandboxes/${id}?force=true`);
  }, 90_000);
});
