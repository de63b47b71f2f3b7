import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { type FaultyEngine, faultyEngine, type Rule } from '../support/container-runtime/faulty-engine.ts';
import { containerOf, containersOf, serviceIdOf } from '../support/engine.ts';
import { changeRow, sqlRow } from '../support/rows-of.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const IMAGE = 'sandglass-busybox:latest';

describe('callers that race and callers that leave', () => {
  let service: ServiceProcess;
  let api: Api;
  let serviceId: string;
  beforeAll(async () => {
    service = await startService({ SANDGLASS_REDIS_URL: 'memory' });
    api = apiOf(service);
    serviceId = serviceIdOf(service.dataDir);
  });
  afterAll(() => service?.dispose());

  const path = (id: string) => `/v1/sandboxes/${id}`;

  it('10: of a restart and a delete exactly one wins, 20 rounds on a real engine', async () => {
    const race = async (round: number) => {
      const { body } = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
      await api('POST', `${path(body.id)}/stop`, { body: { graceSeconds: 0 } });
      const restart = () => api('POST', `${path(body.id)}/restart`);
      const remove = () => api('DELETE', path(body.id));
      const asks = round % 2 === 0 ? [restart(), remove()] : [remove(), restart()];
      const [one, two] = await Promise.all(asks);
      const [restarted, deleted] = round % 2 === 0 ? [one, two] : [two, one];
      const after = await api('GET', path(body.id));
      const container = await containerOf(serviceId, body.id);
      const seen = [restarted?.status, deleted?.status, after.body.state, container?.State];
      if (restarted?.status === 200) expect(seen, `round ${round}`).toEqual([200, 409, 'running', 'running']);
      else
        expect([[409, 410].includes(seen[0]), ...seen.slice(1)], `round ${round}`).toEqual([
          true,
          204,
          'deleted',
          undefined,
        ]);
      await api('DELETE', `${path(body.id)}?force=true`);
    };
    for (let round = 0; round < 20; round += 4) {
      await Promise.all([0, 1, 2, 3].map((place) => race(round + place)));
    }
    expect(await containersOf(serviceId)).toEqual([]);
  }, 120_000);

  it('30: a client that leaves during a start leaves a settled row, and its idempotency key finds it', async () => {
    const before = (await api('GET', '/v1/sandboxes?limit=100')).body.items.length;
    const leaveAfterMs = [0, 2, 10, 40, 150, 300];
    const runs = leaveAfterMs.map(async (ms) => {
      const request = { body: { image: IMAGE }, headers: { 'idempotency-key': `left-after-${ms}` } };
      const leaving = new AbortController();
      const asked = api('POST', '/v1/sandboxes', { ...request, signal: leaving.signal }).catch(() => undefined);
      setTimeout(() => leaving.abort(), ms);
      await asked;
      const again = await api('POST', '/v1/sandboxes', request);
      expect([again.status, again.body.state], `left after ${ms} ms`).toEqual([201, 'running']);
      expect((await containerOf(serviceId, again.body.id))?.State).toBe('running');
      return again.body.id as string;
    });
    const ids = await Promise.all(runs);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await api('GET', '/v1/sandboxes?limit=100')).body.items).toHaveLength(before + ids.length);
    for (const id of ids) await api('DELETE', `${path(id)}?force=true`);
  });

  it('30: a client that leaves and never comes back leaves a settled row too', async () => {
    const leaving = new AbortController();
    const body = { id: 'leftalone', image: IMAGE };
    const asked = api('POST', '/v1/sandboxes', { body, signal: leaving.signal }).catch(() => undefined);
    await eventually('a row', async () => (await api('GET', path(body.id))).status === 200);
    leaving.abort();
    await asked;
    await eventually('running', async () => (await api('GET', path(body.id))).body.state === 'running');
    await api('DELETE', `${path(body.id)}?force=true`);
  });

  it('47: 100 event streams whose clients are killed hard give their descriptors back', async () => {
    const { body } = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
    const count = () => readdirSync(`/proc/${service.pid}/fd`).length;
    // Connections of the calls above may still be kept alive.
    const before = count();
    const sockets = await Promise.all(Array.from({ length: 100 }, () => followEvents(service)));
    expect(count()).toBeGreaterThanOrEqual(before + 90);
    for (const socket of sockets) socket.resetAndDestroy();
    await eventually('descriptors are back', async () => count() <= before, 10_000);
    // Whoever listens now hears each event once: those that are gone hold nobody up.
    const listener = await followEvents(service);
    let heard = '';
    listener.on('data', (chunk) => {
      heard += chunk;
    });
    await api('POST', `${path(body.id)}/stop`, { body: { graceSeconds: 0 } });
    await eventually('the stop is told', async () => heard.includes('"to":"stopped"'));
    listener.resetAndDestroy();
    await api('DELETE', path(body.id));
    await eventually('the last one is let go', async () => count() <= before, 10_000);
  });
});

describe('39: a delete that was asked for survives a crash', () => {
  let proxy: FaultyEngine;
  let service: ServiceProcess;
  beforeAll(async () => {
    proxy = await faultyEngine();
    service = await startService({ SANDGLASS_REDIS_URL: 'memory', SANDGLASS_DOCKER_HOST: proxy.dockerHost });
  });
  afterAll(async () => {
    proxy?.treat(() => 'pass');
    await service?.dispose();
    await proxy?.close();
  });

  const hold = (pattern: RegExp, treatment: ReturnType<Rule>): Rule => {
    return (method, path) => (pattern.test(`${method} ${path}`) ? treatment : 'pass');
  };
  const start = async (api: Api, body: object = {}): Promise<string> => {
    const answer = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, ...body } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.id;
  };
  const killAndBoot = async (beforeBoot: () => void = () => {}) => {
    await service.kill();
    beforeBoot();
    service = await service.again();
    return apiOf(service);
  };
  const endsDeleted = async (api: Api, id: string) => {
    const restarted = await api('POST', `/v1/sandboxes/${id}/restart`);
    expect([409, 410]).toContain(restarted.status);
    await eventually('deleted', async () => (await api('GET', `/v1/sandboxes/${id}`)).body.state === 'deleted', 15_000);
    expect(await containerOf(serviceIdOf(service.dataDir), id)).toBeUndefined();
    const { body } = await api('GET', `/v1/sandboxes/${id}/history`);
    const numbers = body.items.map((item: { number: number }) => item.number);
    expect(numbers).toEqual(numbers.map((_: number, place: number) => place + 1));
  };

  it.each([
    ['the stop', /\/(stop|kill)(\?|$)/, 'silence', 'stopping'],
    ['the removal', /^DELETE .*\/containers\//, { status: 500, message: 'device busy' }, 'deleting'],
  ] as const)('when %s was under way', async (_what, pattern, treatment, state) => {
    const api = apiOf(service);
    const id = await start(api);
    proxy.treat(hold(pattern, treatment));
    await api('DELETE', `/v1/sandboxes/${id}?force=true&wait=false`);
    await eventually(state, async () => (await api('GET', `/v1/sandboxes/${id}`)).body.state === state);
    expect((await api('POST', `/v1/sandboxes/${id}/restart`)).status).toBe(409);
    await endsDeleted(await killAndBoot(() => proxy.treat(() => 'pass')), id);
  });

  it('when it ignored SIGTERM and its grace was running: the grace does not begin again', async () => {
    const api = apiOf(service);
    const deaf = ['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'];
    const id = await start(api, { command: deaf, lifetime: { onTimeout: 'delete', timeoutSeconds: 0.5 } });
    await eventually('stopping', async () => (await api('GET', `/v1/sandboxes/${id}`)).body.state === 'stopping');
    const killAtMs = Number(sqlRow(service.dataDir, id)?.['kill_at_ms']);
    // Half of the grace is over: one that began again would end 5 s later.
    await eventually('half of the grace is over', async () => Date.now() > killAtMs - 5_000);
    const next = await killAndBoot();
    await endsDeleted(next, id);
    const { body } = await next('GET', `/v1/sandboxes/${id}/history`);
    const stopped = body.items.find((item: { to: string }) => item.to === 'stopped');
    // The agent ends everything itself 200 ms before the kill.
    expect(Date.parse(stopped.at) - killAtMs).toBeGreaterThanOrEqual(-250);
    expect(Date.parse(stopped.at) - killAtMs).toBeLessThan(4_000);
  });

  it('when it was stopped and not yet deleted: the port opens with the deletion on its way', async () => {
    const api = apiOf(service);
    const id = await start(api);
    await api('POST', `/v1/sandboxes/${id}/stop`, { body: { graceSeconds: 0 } });
    const markDeleteAfterStop = () =>
      changeRow(
        service.dataDir,
        'update sandboxes set delete_after_stop = 1, delete_at_ms = stopped_at_ms where id = ?',
        id,
      );
    await endsDeleted(await killAndBoot(markDeleteAfterStop), id);
  });
});

/** A raw socket on the event stream, once its head has come. */
function followEvents(service: ServiceProcess): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', reject);
    socket.once('data', () => resolve(socket));
    socket.write(`GET /v1/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-API-Key: ${service.adminKey}\r\n\r\n`);
  });
}
