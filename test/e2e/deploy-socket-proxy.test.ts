import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { type SocketProxy, socketProxy } from '../support/deploy/socket-proxy.ts';
import { whyNoNginx } from '../support/e2b/nginx.ts';
import { containerOf, engine, serviceIdOf } from '../support/engine.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const missing = whyNoNginx();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

describe.skipIf(missing !== undefined)('the engine behind our settings of a socket proxy', () => {
  let proxy: SocketProxy;
  let service: ServiceProcess;
  let api: Api;
  beforeAll(async () => {
    proxy = await socketProxy();
    service = await startService({
      ...{ SANDGLASS_DOCKER_HOST: proxy.dockerHost, SANDGLASS_REDIS_URL: 'memory', SANDGLASS_POOL: 'base=1' },
    });
    api = apiOf(service);
  });
  afterAll(async () => {
    await service?.dispose();
    await proxy?.close();
  });

  const isReady = async () => (await api('GET', '/v1/pool')).body.items[0]?.ready === 1;
  const call = async (verb: string, id: string, body: object = {}) =>
    (await api('POST', `/v1/sandboxes/${id}/${verb}`, { body })).body.state;
  const exec = async (id: string, command: string) =>
    (await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command } })).body.stdout;

  it('serves whole lives, cold and from the pool, and refuses nothing that the service asks', async () => {
    await eventually('a slot is ready', isReady, 30_000);
    for (const wish of [{}, { id: 'cold', network: { internet: false }, resources: { diskMb: null } }]) {
      const { status, body } = await api('POST', '/v1/sandboxes', { body: wish });
      expect([status, body.start.path]).toEqual([201, 'id' in wish ? 'cold' : 'warm']);
      const { id } = body;
      expect(await exec(id, 'echo kept > /mnt/user-data/outputs/file && echo said')).toBe('said\n');
      const patched = await api('PATCH', `/v1/sandboxes/${id}`, { body: { resources: { memoryMb: 300 } } });
      expect([patched.status, patched.body.resources.memoryMb]).toEqual([200, 300]);
      expect([await call('pause', id), await call('resume', id)]).toEqual(['paused', 'running']);
      expect(await call('stop', id, { graceSeconds: 0 })).toBe('stopped');
      const file = `/v1/sandboxes/${id}/files?path=/mnt/user-data/outputs/file`;
      const read = await fetch(service.url + file, { headers: { 'x-api-key': service.adminKey } });
      expect(await read.text()).toBe('kept\n');
      expect(await call('restart', id)).toBe('running');
      expect((await api('GET', `/v1/sandboxes/${id}/logs`)).status).toBe(200);
      expect((await api('GET', `/v1/sandboxes/${id}/metrics?detail=true`)).status).toBe(200);
      expect((await api('DELETE', `/v1/sandboxes/${id}?force=true`)).status).toBe(204);
    }
    const template = { name: `proxied-${serviceIdOf(service.dataDir).slice(0, 8)}`, image: 'sandglass-busybox:latest' };
    expect((await api('POST', '/v1/admin/templates', { body: template })).status).toBe(201);
    expect((await api('DELETE', `/v1/admin/templates/${template.name}`)).status).toBe(204);
    const kept = await engine.listImages({
      filters: JSON.stringify({ reference: [`sandglass-keep/${template.name}`] }),
    });
    expect(kept).toEqual([]);
    expect((await api('GET', '/v1/engines')).body.items).toMatchObject([{ reachable: true }]);
    expect(proxy.refused()).toEqual([]);
  }, 120_000);

  it('passes events on at once: an end from outside is heard', async () => {
    const { body } = await api('POST', '/v1/sandboxes', { body: { image: 'sandglass-busybox:latest' } });
    const container = await containerOf(serviceIdOf(service.dataDir), body.id);
    const beganMs = Date.now();
    await engine.getContainer(container?.Id ?? '').kill();
    const view = async () => (await api('GET', `/v1/sandboxes/${body.id}`)).body;
    await eventually('it is stopped', async () => (await view()).reason?.code === 'crashed');
    expect(Date.now() - beganMs).toBeLessThan(5_000);
  });

  it('passes on each call of the list in the docs', async () => {
    const calls = documentedCalls();
    expect(calls.length).toBeGreaterThan(25);
    const statuses = await Promise.all(calls.map(([method, path]) => proxy.ask(method, path)));
    expect(calls.filter((_call, at) => statuses[at] === 403)).toEqual([]);
  });

  it.each([
    ['POST', '/containers/ID/exec'],
    ['POST', '/v1.41/containers/ID/attach'],
    ['GET', '/containers/ID/export'],
    ['POST', '/exec/ID/start'],
    ['POST', '/build'],
    ['POST', '/containers/ID/start/../exec'],
    ['POST', '/containers/ID%2fexec'],
    ['POST', '/swarm/init'],
    ['GET', '/secrets'],
    ['GET', '/plugins'],
    ['DELETE', '/images/sandglass-busybox:latest'],
    ['DELETE', '/networks/sandglass-open'],
    ['POST', '/containers/prune'],
  ])('does not pass on %s %s', async (method, path) => {
    expect(await proxy.ask(method, path)).toBe(403);
  });
});

/** Of the table in docs/docker.md: `/containers/ID/{json,logs}` stands for two. */
function documentedCalls(): readonly (readonly [string, string])[] {
  const rows = readFileSync('docs/docker.md', 'utf8').matchAll(/^\| `([A-Z]+)` +\| (.+?) +\|$/gm);
  return [...rows].flatMap(([, method = '', cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, path = '']) => {
      const [, before = path, choices = '', after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? [];
      return choices.split(',').map((choice) => [method, `${before}${choice}${after}`] as const);
    }),
  );
}
