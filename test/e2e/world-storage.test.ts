import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { containerOf, containersOf, engine, removeContainersOf, serviceIdOf } from '../support/engine.ts';
import { changeRow } from '../support/rows-of.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import { leavePreviousRelease, PREVIOUS_USER_KEY } from '../support/world/previous-release.ts';
import { smallDisk } from '../support/world/small-disk.ts';

const IMAGE = 'sandglass-busybox:latest';

it('34: a full disk refuses changes cleanly while the service lives, and all works again when there is space', async ({
  skip,
}) => {
  const disk = smallDisk();
  if (typeof disk === 'string') {
    console.warn(`SKIPPED 34 (disk full): no file system of our own can be mounted here: ${disk}`);
    return skip(disk);
  }
  let service: ServiceProcess | undefined;
  try {
    service = await startService({ SANDGLASS_REDIS_URL: 'memory' }, join(disk.folder, 'data'));
    const api = apiOf(service);
    const { body } = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
    const expiring = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, lifetime: { timeoutSeconds: 5 } } });
    const path = `/v1/sandboxes/${body.id}`;
    disk.fill();
    // The log of the database has some room left in its last block.
    const labels = Object.fromEntries(Array.from({ length: 60 }, (_, place) => [`label${place}`, 'x'.repeat(60)]));
    let patches = 0;
    const refused = await eventually('a change is refused', async () => {
      patches += 1;
      const answer = await api('PATCH', path, { body: { labels: { ...labels, count: `${patches}` } } });
      return answer.status !== 200 && answer;
    });
    expect([refused.status, refused.body.code]).toEqual([503, 'storage_unavailable']);
    expect(refused.body.detail).toMatch(/full/);
    const containers = (await containersOf(serviceIdOf(service.dataDir))).length;
    const rows = (await api('GET', '/v1/sandboxes')).body.items.length;
    const started = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, labels } });
    expect([started.status, started.body.code]).toEqual([503, 'storage_unavailable']);
    expect((await api('GET', '/v1/sandboxes')).body.items).toHaveLength(rows);
    expect(await containersOf(serviceIdOf(service.dataDir))).toHaveLength(containers);
    const after = (await api('GET', path)).body;
    expect([after.state, after.version]).toEqual(['running', body.version + patches - 1]);
    expect((await api('GET', '/healthz')).status).toBe(200);
    // A deadline passes meanwhile: it is not lost.
    const deadline = Date.parse(expiring.body.deadlines.stopAt) + 500;
    await eventually('its deadline is over', async () => Date.now() > deadline);
    disk.empty();
    const expired = async () => (await api('GET', `/v1/sandboxes/${expiring.body.id}`)).body;
    await eventually('expired', async () => (await expired()).state === 'stopped', 15_000);
    expect((await expired()).reason.code).toBe('expired');
    expect((await api('PATCH', path, { body: { labels: { back: 'yes' } } })).body.labels.back).toBe('yes');
    expect((await api('POST', `${path}/stop`, { body: { graceSeconds: 0 } })).body.state).toBe('stopped');
    expect((await api('POST', `${path}/restart`)).body).toMatchObject({ state: 'running', incarnation: 2 });
  } finally {
    disk.empty();
    await service?.dispose();
    disk.remove();
  }
});

it('35: the database of the previous release boots with all its rows, and each ends as the world says', async () => {
  const serviceId = randomBytes(16).toString('hex');
  const dataDir = mkdtempSync(join(tmpdir(), 'sandglass-previous-'));
  let service: ServiceProcess | undefined;
  try {
    const container = await engine.createContainer({
      name: `sandglass-${serviceId.slice(0, 8)}-running1`,
      Image: IMAGE,
      Cmd: ['sleep', '1000'],
      Labels: { 'sandglass.service': serviceId, 'sandglass.sandbox': 'running1' },
      HostConfig: { NetworkMode: 'none' },
    });
    await container.start();
    const { State } = await container.inspect();
    leavePreviousRelease(dataDir, { serviceId, containerId: container.id, startedAt: State.StartedAt });
    // An idempotency key stands for a day.
    changeRow(dataDir, 'update idempotency_keys set created_at_ms = ?', Date.now());
    service = await startService({ SANDGLASS_REDIS_URL: 'memory' }, dataDir);
    const api = apiOf(service);
    const view = async (id: string) => (await api('GET', `/v1/sandboxes/${id}`)).body;

    // What runs still runs, untouched, and is found by everything that was known of it.
    expect(await view('running1')).toMatchObject({ state: 'running', version: 2, labels: { team: 'blue' } });
    const body = { id: 'running1', image: IMAGE, labels: { team: 'blue' }, env: { A: '1' } };
    const repeat = { body: { ...body, lifetime: { timeoutSeconds: null } }, headers: { 'idempotency-key': 'first' } };
    expect((await api('POST', '/v1/sandboxes', repeat)).body).toMatchObject({ id: 'running1', state: 'running' });
    const history = await api('GET', '/v1/sandboxes/running1/history');
    expect(history.body.items.map(({ to }: { to: string }) => to)).toEqual(['pending', 'running']);
    // A start that was under way is finished from the spec as it was stored.
    await eventually('started', async () => (await view('pending1')).state === 'running', 15_000);
    expect((await containerOf(serviceId, 'pending1'))?.State).toBe('running');
    const failed = await api('POST', '/v1/sandboxes/failed1/restart');
    expect([failed.status, failed.body.code, failed.body.exitCode]).toEqual([502, 'start_failed', 3]);
    // What lost its container meanwhile is told as lost.
    for (const id of ['paused1', 'stopped1']) {
      await eventually(`${id} lost`, async () => (await view(id)).reason?.code === 'container_lost');
      expect((await view(id)).state).toBe('stopped');
    }
    expect((await view('stopped1')).labels).toEqual({ kept: 'yes' });
    expect((await api('POST', '/v1/sandboxes/deleted1/stop')).status).toBe(410);
    // Keys and templates of then work now.
    expect((await api('GET', '/v1/sandboxes', { key: PREVIOUS_USER_KEY })).body.items).toEqual([]);
    const templates = await api('GET', '/v1/templates');
    expect(templates.body.items.map(({ name }: { name: string }) => name)).toContain('blue');
    // And the lifecycle goes on: history is appended without gaps, also over a boot.
    expect((await api('POST', '/v1/sandboxes/running1/stop', { body: { graceSeconds: 0 } })).body.state).toBe(
      'stopped',
    );
    await service.stop();
    service = await service.again();
    const after = await apiOf(service)('GET', '/v1/sandboxes/running1/history');
    expect(after.body.items.map((item: { number: number }) => item.number)).toEqual([1, 2, 3, 4]);
  } finally {
    await service?.dispose();
    await removeContainersOf(serviceId);
    rmSync(dataDir, { recursive: true, force: true });
  }
});
