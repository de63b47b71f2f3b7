import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { shellBlocks } from '../support/docs/shell-blocks.ts';
import { containerOf, removeContainersOf } from '../support/engine.ts';
import { type PoolProbe, poolProbe } from '../support/pool-service.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const run = promisify(execFile);
const [backUp = '', restore = ''] = shellBlocks('docs/operations.md', 'Backup and restore');
const hasSqlite = existsSync('/usr/bin/sqlite3');
if (!hasSqlite) console.warn('skipped: no sqlite3 on this machine, which the commands of docs/operations.md need');

describe.skipIf(!hasSqlite)('the data directory is lost, and restored by the commands of docs/operations.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-backup-'));
  const dataDir = join(folder, 'var');
  const inShell = (commands: string) =>
    run('sh', ['-euc', commands], { cwd: folder, env: { ...process.env, SANDGLASS_DATA_DIR: dataDir } });
  const settings = { SANDGLASS_POOL: 'base=1', SANDGLASS_ORPHAN_GRACE_SECONDS: '1', SANDGLASS_RECONCILE_SECONDS: '1' };
  let service: ServiceProcess;
  let api: Api;
  let probe: PoolProbe;
  const ids = { kept: '', stopped: '', stoppedSince: '', restartedSince: '', deletedSince: '', startedSince: '' };
  let containerOfKept: string | undefined;

  const know = (started: ServiceProcess) => {
    service = started;
    api = apiOf(service);
    probe = poolProbe(service);
  };
  const start = async (body: object = {}): Promise<string> => {
    const lifetime = { timeoutSeconds: 3_000 };
    const answer = await probe.start({ template: 'base', lifetime, ...body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    await probe.said(answer.body.id, `echo ${answer.body.id} > /tmp/mine`);
    return answer.body.id;
  };
  const view = async (id: string) => (await api('GET', `/v1/sandboxes/${id}`)).body;
  const call = async (id: string, what: string, body: object = {}) => {
    const answer = await api('POST', `/v1/sandboxes/${id}/${what}`, { body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  };
  const stop = (id: string) => call(id, 'stop', { graceSeconds: 0 });

  beforeAll(async () => {
    know(await startService({ ...settings, SANDGLASS_POOL: '' }, dataDir));
    for (const name of ['kept', 'stopped', 'stoppedSince', 'restartedSince', 'deletedSince'] as const) {
      ids[name] = await start();
    }
    await stop(ids.stopped);
    await service.stop();
    know(await service.again({ SANDGLASS_POOL: 'base=1' }));
    await probe.full(1);
    await inShell(backUp);
    containerOfKept = (await containerOf(probe.serviceId, ids.kept))?.Id;

    const claimed = await start({ env: { SECRET: 'of another' } });
    expect((await view(claimed)).start.path).toBe('warm');
    await Promise.all([stop(ids.stoppedSince), stop(ids.restartedSince)]);
    ids.startedSince = await start({ resources: { memoryMb: 300 } });
    await call(ids.restartedSince, 'restart');
    await api('DELETE', `/v1/sandboxes/${ids.deletedSince}?force=true`);
    await service.stop();
    rmSync(dataDir, { recursive: true });
    await inShell(restore);
    know(await service.again());
  }, 180_000);
  afterAll(async () => {
    await service?.dispose();
    if (probe !== undefined) await removeContainersOf(probe.serviceId);
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps a copy that only its owner can read', () => {
    for (const path of ['', 'sandglass.sqlite']) {
      expect(statSync(join(folder, 'sandglass-backup', path)).mode & 0o077, path).toBe(0);
    }
  });

  it('goes on with a sandbox that was left alone, in its container', async () => {
    expect((await view(ids.kept)).state).toBe('running');
    expect(await probe.said(ids.kept, 'cat /tmp/mine')).toBe(ids.kept);
    expect((await containerOf(probe.serviceId, ids.kept))?.Id).toBe(containerOfKept);
  });

  it.each(['stopped', 'stoppedSince', 'restartedSince'] as const)('has the files of one that was %s', async (name) => {
    const id = ids[name];
    expect((await view(id)).state).toBe('stopped');
    expect((await containerOf(probe.serviceId, id))?.State).toBe('exited');
    await call(id, 'restart');
    expect(await probe.said(id, 'cat /tmp/mine')).toBe(id);
  });

  it('says of one that was deleted since that its container is lost', async () => {
    const { state, reason } = await view(ids.deletedSince);
    expect([state, reason.code]).toEqual(['stopped', 'container_lost']);
    expect((await api('DELETE', `/v1/sandboxes/${ids.deletedSince}`)).status).toBe(204);
  });

  it('removes the container of one that was started since', async () => {
    expect((await api('GET', `/v1/sandboxes/${ids.startedSince}`)).status).toBe(404);
    const isGone = async () => (await containerOf(probe.serviceId, ids.startedSince)) === undefined;
    await eventually('it is gone', isGone, 20_000);
  });

  it('gives nobody the container of one that was claimed from the pool since', async () => {
    const key = await probe.keyOf('another');
    const next = await probe.start({ template: 'base' }, {}, key);
    expect(next.status, JSON.stringify(next.body)).toBe(201);
    const said = await api('POST', `/v1/sandboxes/${next.body.id}/exec`, {
      ...{ key, body: { command: 'ls /tmp/mine; echo "<$SECRET>"' } },
    });
    expect(said.body.stdout).toBe('<>\n');
  });

  it('has a row for each container, and a container for each row', () => probe.agree());
});
