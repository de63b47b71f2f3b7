import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../src/sdk/index.ts';
import { eventually } from '../support/api.ts';
import { type FaultyEngine, faultyEngine } from '../support/container-runtime/faulty-engine.ts';
import { connectionTo, sdks } from '../support/e2b/sdks.ts';
import { engine } from '../support/engine.ts';
import { type PoolProbe, poolProbe, startPoolService } from '../support/pool-service.ts';
import type { ServiceProcess } from '../support/service-process.ts';

const FLOOR = 7;
const LOOK_SECONDS = 15;
/** As the engine takes instants: seconds. */
const engineNow = () => (Date.now() / 1000).toFixed(6);
/** What the E2B paths are asked for. */
const DEFAULT = { templateID: 'base' };

/** A real engine behind a proxy that counts. */
describe('a default create', () => {
  let proxy: FaultyEngine;
  let service: ServiceProcess;
  let probe: PoolProbe;
  const began = engineNow();
  beforeAll(async () => {
    proxy = await faultyEngine();
    service = await startPoolService({
      SANDGLASS_DOCKER_HOST: proxy.dockerHost,
      SANDGLASS_POOL: `base=${FLOOR}`,
      SANDGLASS_RECONCILE_SECONDS: '3600',
    });
    probe = poolProbe(service);
    await probe.full(FLOOR);
  });
  afterAll(async () => {
    proxy?.treat(() => 'pass');
    proxy?.cut();
    await service?.dispose();
    await proxy?.close();
  });

  it('is a warm hit of one signature by every path and SDK, and asks nothing at all of the engine', async () => {
    const [, newest] = sdks[0] ?? [];
    const options = { url: service.url, apiKey: service.adminKey };
    const creates: readonly (() => Promise<unknown>)[] = [
      () => probe.start(),
      () => probe.start(explicit),
      () => probe.api('POST', '/sandboxes', { body: DEFAULT }),
      () => probe.api('POST', '/v2/sandboxes', { body: DEFAULT }),
      () => Sandbox.start({}, options),
      async () => newest?.Sandbox.create(connectionTo(service)),
    ];
    await holdRefills();
    // The pool looks at its images by the clock: not while these are counted.
    const sinceLook = () => new Date().getSeconds() % LOOK_SECONDS;
    await eventually('no look is near', async () => sinceLook() > 1 && sinceLook() < 10, 20_000);
    const asked = proxy.requests.length;
    const calls = await probe.metric('sandglass_engine_call_duration_seconds_count');
    const since = engineNow();
    for (const create of creates) await create();
    const until = engineNow();
    expect(proxy.requests.slice(asked)).toEqual([]);
    expect(await probe.metric('sandglass_engine_call_duration_seconds_count')).toBe(calls);
    expect(await engineEvents(since, until)).toEqual([]);
    // The same question of the time before finds the slots being started.
    expect((await engineEvents(began, since)).length).toBeGreaterThanOrEqual(FLOOR);
    const { body } = await probe.api('GET', '/v1/pool');
    expect(body.items).toMatchObject([{ tier: 'permanent', hits: creates.length, misses: 0, discards: 0 }]);
    const started = await probe.api('GET', '/v1/sandboxes?state=running');
    const paths = started.body.items.map(({ start }: { start: { path: string } }) => start.path);
    expect(paths).toEqual(Array(creates.length).fill('warm'));
    expect(await probe.metric('sandglass_create_duration_seconds_count', 'path="warm",outcome="success"')).toBe(6);
  });

  /** A start that somebody waits for goes before refills, and this one is never answered. */
  async function holdRefills(): Promise<void> {
    proxy.treat((method, path) => (method === 'POST' && path.includes('held') ? 'silence' : 'pass'));
    await probe.start({ id: 'held', wait: false });
    await eventually('it waits', async () => proxy.requests.some((request) => request.includes('held')));
  }

  async function engineEvents(since: string, until: string): Promise<readonly unknown[]> {
    const filters = { label: [`sandglass.service=${probe.serviceId}`] };
    const stream = await engine.getEvents({ since: Number(since), until: Number(until), filters });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text.split('\n').filter((line) => line !== '');
  }
});

const explicit = {
  template: 'base',
  resources: { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 },
  ...{ runtime: 'runc', network: { internet: true }, env: {}, labels: {} },
  lifetime: { timeoutSeconds: 300, idleSeconds: null, onTimeout: 'stop', autoDeleteSeconds: null },
};
