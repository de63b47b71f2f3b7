import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { collectedRssBytes, INSPECTED } from '../support/collected-memory.ts';
import { containerOf, containersOf, engine, execIn, serviceIdOf } from '../support/engine.ts';
import { withRedis } from '../support/live-keys.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const CYCLES = 60;
const LANES = 4;
const WARM_UP = 8;
const MIB = 1024 * 1024;

describe('many lives', () => {
  let service: ServiceProcess;
  let api: Api;
  let serviceId: string;
  beforeAll(async () => {
    service = await startService({ SANDGLASS_TOMBSTONE_RETENTION_SECONDS: '0', ...INSPECTED });
    api = apiOf(service);
    serviceId = serviceIdOf(service.dataDir);
  });
  afterAll(() => service?.dispose());

  /** start, write, stop, restart, read, delete: nothing of it may stay. */
  const live = async (id: string) => {
    const started = await api('POST', '/v1/sandboxes', { body: { id, image: 'sandglass-busybox:latest' } });
    expect(started.status, JSON.stringify(started.body)).toBe(201);
    const container = await containerOf(serviceId, id);
    await execIn(container?.Id ?? '', ['sh', '-c', `echo ${id} > /kept`]);
    expect((await api('POST', `/v1/sandboxes/${id}/stop`)).status).toBe(200);
    expect((await api('POST', `/v1/sandboxes/${id}/restart`)).status).toBe(200);
    expect((await execIn(container?.Id ?? '', ['cat', '/kept'])).trim()).toBe(id);
    expect((await api('DELETE', `/v1/sandboxes/${id}?force=true`)).status).toBe(204);
  };
  const cycles = async (name: string, count: number) => {
    const queue = Array.from({ length: count }, (_, place) => `${name}${place}`).values();
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        for (const id of queue) await live(id);
      }),
    );
  };
  const openFiles = () => readdirSync(`/proc/${service.pid}/fd`).length;
  const liveKeys = () => withRedis(service.dataDir, (redis) => redis.dbsize());
  /** But those of the composed service, which may run beside this. */
  const volumes = async () => {
    const { Volumes } = await engine.listVolumes();
    return Volumes.map(({ Name }) => Name)
      .filter((name) => !name.startsWith('sgc'))
      .sort();
  };

  it(`${CYCLES} of them leave no file open, no key, no container, no volume, and less than 20 MiB`, {
    timeout: 240_000,
  }, async () => {
    await cycles('warm', WARM_UP);
    const bytes = await collectedRssBytes(service);
    const before = { files: openFiles(), bytes, keys: await liveKeys(), volumes: await volumes() };
    await cycles('cycle', CYCLES);
    expect(await containersOf(serviceId)).toEqual([]);
    expect(await liveKeys()).toBe(before.keys);
    expect(await volumes()).toEqual(before.volumes);
    // Sockets kept alive by the clients close in their own time.
    await eventually('as many open files as before', async () => openFiles() <= before.files + 2, 20_000);
    const grownMib = ((await collectedRssBytes(service)) - before.bytes) / MIB;
    console.info(`${CYCLES} cycles: the service grew by ${grownMib.toFixed(1)} MiB`);
    expect(grownMib).toBeLessThan(20);
    expect((await api('GET', '/v1/sandboxes?state=deleted')).body.items).toEqual([]);
  });
});
