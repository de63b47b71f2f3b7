import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { type Inside, insideOf } from '../support/dataplane/inside.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import { type OwnEngine, ownEngine } from '../support/world/own-engine.ts';

const IMAGE = 'sandglass-busybox:latest';
const DISK_MB = 30;

let engine: OwnEngine | string;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  engine = await ownEngine(IMAGE, { hasQuota: true });
  if (typeof engine === 'string') return;
  service = await startService({
    SANDGLASS_DOCKER_HOST: engine.dockerHost,
    SANDGLASS_ENGINE_ADDRESS: engine.address,
    SANDGLASS_BASE_IMAGE: IMAGE,
  });
}, 120_000);
afterAll(async () => {
  if (service !== undefined) await removeAll(service);
  await service?.dispose();
  if (typeof engine === 'object') await engine.remove();
});

// Its containers are on the engine of this test, where nobody else looks for them.
async function removeAll(of: ServiceProcess): Promise<void> {
  const { body } = await apiOf(of)('GET', '/v1/sandboxes');
  for (const { id } of body.items) await apiOf(of)('DELETE', `/v1/sandboxes/${id}?force=true`);
}

async function start(of: ServiceProcess): Promise<Inside> {
  const made = await apiOf(of)('POST', '/v1/sandboxes', { body: { resources: { diskMb: DISK_MB } } });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const { body } = await apiOf(of)('POST', `/v2/sandboxes/${made.body.id}/connect`, { body: {} });
  return insideOf(of, made.body.id, body.envdAccessToken);
}

describe('a sandbox that fills its disk, on an engine that bounds it', () => {
  it('hears so inside and by an upload; the service and another sandbox write on; freed, it writes again', async ({
    skip,
  }) => {
    if (typeof engine === 'string') return skip(`this machine permits no engine with quotas: ${engine}`);
    if (service === undefined) throw new Error('there is no service');
    const [greedy, neighbour] = await Promise.all([start(service), start(service)]);
    const filled = await greedy.run('dd if=/dev/zero of=/filler bs=1M count=200');
    expect(filled.exitCode).not.toBe(0);
    expect(filled.stderr).toMatch(/Disk quota exceeded|No space left/);

    const upload = (inside: Inside, bytes: number) =>
      inside.fetch('/files?path=/upload&username=root', {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: Buffer.alloc(bytes, 'x'),
      });
    const refused = await upload(greedy, 8 * 1024 * 1024);
    expect(refused.status).toBe(507);
    expect(await refused.json()).toMatchObject({ code: 507 });
    // Nothing half-written is left in its place, nor beside it.
    expect(await greedy.ask('ls -a / | grep -c upload || true')).toBe('0');

    expect(await greedy.ask('echo well')).toBe('well');
    expect((await upload(neighbour, 8 * 1024 * 1024)).status).toBe(200);
    const row = await apiOf(service)('PATCH', `/v1/sandboxes/${greedy.id}`, {
      body: { labels: { still: 'writable' } },
    });
    expect(row.body).toMatchObject({ state: 'running', incarnation: 1, labels: { still: 'writable' } });

    await greedy.ask('rm /filler; sync');
    expect((await upload(greedy, 4 * 1024 * 1024)).status).toBe(200);
  });
});
