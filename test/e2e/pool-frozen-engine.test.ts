import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { type FaultyEngine, faultyEngine } from '../support/container-runtime/faulty-engine.ts';
import { type PoolProbe, poolProbe, startPoolService } from '../support/pool-service.ts';
import type { ServiceProcess } from '../support/service-process.ts';

const FLOOR = 4;

/** The engine's containers live on: only its socket is silent. */
describe('an engine that does not answer', () => {
  let proxy: FaultyEngine;
  let service: ServiceProcess;
  let probe: PoolProbe;
  beforeAll(async () => {
    proxy = await faultyEngine();
    service = await startPoolService({ SANDGLASS_DOCKER_HOST: proxy.dockerHost, SANDGLASS_POOL: `base=${FLOOR}` });
    probe = poolProbe(service);
    await probe.full(FLOOR);
  });
  afterAll(async () => {
    thaw();
    await service?.dispose();
    await proxy?.close();
  });
  const thaw = () => {
    proxy?.treat(() => 'pass');
    // Whoever still waits for an answer hears that there will be none.
    proxy?.cut();
  };
  const warm = () => probe.rows().filter(({ state }) => state === 'warm').length;

  it('lets hits go on and misses wait for as long as they asked, and empties nothing', async () => {
    proxy.treat(() => 'silence');
    const hit = await probe.start({ env: { WHO: 'me' } });
    expect([hit.status, hit.body.start.path]).toEqual([201, 'warm']);
    expect(await probe.said(hit.body.id, 'echo $WHO')).toBe('me');
    const began = performance.now();
    const miss = await probe.start({ id: 'missed', waitSeconds: 0.5 });
    expect([miss.status, miss.body.state]).toEqual([202, 'pending']);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(warm()).toBe(FLOOR - 1);
    thaw();
    await eventually(
      'the miss runs',
      async () => {
        return (await probe.api('GET', '/v1/sandboxes/missed')).body.state === 'running';
      },
      30_000,
    );
    await probe.full(FLOOR);
    for (const id of [hit.body.id, 'missed']) await probe.remove(id);
  });

  it('refuses misses at once where its connections are broken as well: 503 with Retry-After, and nothing is written', async () => {
    proxy.treat(() => ({ status: 500, message: 'not now' }));
    proxy.cut();
    await eventually('the service has noticed', async () =>
      service.log.some((line) => line.includes('engine.stream_broken')),
    );
    const before = warm();
    const hit = await probe.start();
    expect([hit.status, hit.body.start.path]).toEqual([201, 'warm']);
    const miss = await probe.start({ id: 'refused' });
    expect([miss.status, miss.body.code]).toEqual([503, 'engine_unavailable']);
    expect(Number(miss.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await probe.api('GET', '/v1/sandboxes/refused')).status).toBe(404);
    // A look of the pool comes by every 15 s: it must find out nothing that is not so.
    expect(warm()).toBe(before - 1);
    thaw();
    await probe.full(FLOOR);
    await probe.remove(hit.body.id);
    await probe.agree();
  });

  it('that is away when the service boots costs it no slot: they are served at once, and the floor is filled later', async () => {
    const before = probe
      .rows()
      .filter(({ state }) => state === 'warm')
      .map(({ id }) => id);
    await service.kill();
    proxy.treat(() => ({ status: 500, message: 'not now' }));
    proxy.cut();
    service = await service.again();
    probe = poolProbe(service);
    await probe.full(FLOOR);
    const hit = await probe.start({ env: { WHO: 'me' } });
    expect([hit.status, hit.body.start?.path, before.includes(hit.body.id)]).toEqual([201, 'warm', true]);
    expect(await probe.said(hit.body.id, 'echo $WHO')).toBe('me');
    thaw();
    await probe.full(FLOOR);
    await probe.remove(hit.body.id);
    await probe.agree();
  });
});
