import { execFile } from 'node:child_process';
import { accessSync, chownSync, constants, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { startService } from '../support/service-process.ts';

const run = promisify(execFile);
const UNIT = 'deploy/systemd/sandglass.service';
const SOCKET = '/var/run/docker.sock';
const SOMEBODY = 48_213;

const hasAnalyze = isThere('/usr/bin/systemd-analyze');
if (!hasAnalyze) console.warn('skipped: no systemd-analyze on this machine');
const cannotBecome = process.getuid?.() === 0 && isThere('/usr/bin/setpriv') ? undefined : 'not root, or no setpriv';
if (cannotBecome !== undefined) console.warn(`skipped: ${cannotBecome}`);

describe.skipIf(!hasAnalyze)('the unit, as systemd-analyze sees it', () => {
  it('is understood, each line of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandglass-unit-'));
    try {
      const file = join(folder, 'sandglass.service');
      writeFileSync(file, readFileSync(UNIT, 'utf8').replace('/usr/bin/node', process.execPath));
      const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', file]);
      expect(stdout + stderr).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('exposes no more than 2.5 of 10', async () => {
    const { stdout } = await run('systemd-analyze', [
      'security',
      '--offline=yes',
      '--threshold=25',
      '--no-pager',
      UNIT,
    ]);
    expect(stdout).toMatch(/Overall exposure level for sandglass\.service: [12]\.\d OK/);
  });
});

describe.skipIf(cannotBecome !== undefined)('with what the unit leaves it', () => {
  it('starts a sandbox and keeps it off the host, in a tree of files that it cannot write but for its folder', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sandglass-unit-'));
    chownSync(dataDir, SOMEBODY, SOMEBODY);
    const service = await startService({}, dataDir, join(process.cwd(), 'dist/main.js'), confined(dataDir));
    try {
      const status = readFileSync(`/proc/${service.pid}/status`, 'utf8');
      expect(status).toMatch(new RegExp(`^Uid:\\s+${SOMEBODY}\\s`, 'm'));
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
      expect(status).toMatch(/^CapBnd:\s+0{12}3000$/m);
      const api = apiOf(service);
      const { status: started, body } = await api('POST', '/v1/sandboxes', { body: {} });
      expect(started, JSON.stringify(body)).toBe(201);
      const exec = await api('POST', `/v1/sandboxes/${body.id}/exec`, { body: { command: 'echo inside' } });
      expect(exec.body.stdout).toBe('inside\n');
      expect((await api('GET', '/v1/engines')).body.items[0]).toMatchObject({ hostIsolated: true });
      expect((await api('GET', '/readyz')).body.degraded).toEqual([]);
    } finally {
      await service.dispose();
    }
  });
});

/** ProtectSystem=strict, User, SupplementaryGroups, CapabilityBoundingSet, NoNewPrivileges and UMask of the unit. */
function confined(dataDir: string): readonly string[] {
  const unit = readFileSync(UNIT, 'utf8');
  for (const line of [
    'ProtectSystem=strict',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW',
  ]) {
    if (!unit.includes(`\n${line}\n`)) throw new Error(`the unit does not say ${line}`);
  }
  const mounts = 'mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro / && umask 0077';
  const group = String(statSync(SOCKET).gid);
  const capabilities = '+net_admin,+net_raw';
  return [
    ...['unshare', '--mount', 'sh', '-c', `${mounts} && shift && exec "$@"`, 'sh', dataDir],
    ...['setpriv', `--reuid=${SOMEBODY}`, `--regid=${SOMEBODY}`, `--groups=${group}`, '--no-new-privs'],
    ...[
      `--bounding-set=-all,${capabilities}`,
      `--inh-caps=-all,${capabilities}`,
      `--ambient-caps=-all,${capabilities}`,
    ],
  ];
}

function isThere(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
