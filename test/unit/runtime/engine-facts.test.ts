import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { capabilitiesOf } from '../../../src/runtime/docker/capabilities.ts';
import { hasProjectQuota, isDiskEnforced } from '../../../src/runtime/docker/disk-quota.ts';
import { refusal, understood } from '../../../src/runtime/docker/refusals.ts';

describe('the capability table', () => {
  const runtime = (name: string, path = name, args: readonly string[] = []) => ({ name, path, args });
  const all = { restart: true, pause: true, quota: true, stats: true };

  it.each([
    [runtime('runc'), all],
    [runtime('io.containerd.runc.v2', 'runc'), all],
    [runtime('crun', '/usr/bin/crun'), all],
    [runtime('somebody-s-own', '/opt/x'), all],
    [runtime('kata-runtime'), { ...all, restart: false, quota: false }],
    [runtime('io.containerd.kata.v2', ''), { ...all, restart: false, quota: false }],
    [runtime('runsc'), { ...all, restart: false, quota: false }],
    [runtime('secure', '/usr/local/bin/runsc', ['--platform=kvm']), { ...all, restart: false, quota: false }],
    [runtime('runsc', 'runsc', ['--overlay2=none']), { ...all, quota: false }],
  ])('knows what %j can do', (known, capabilities) => {
    expect(capabilitiesOf(known)).toEqual(capabilities);
  });

  it('lets the configuration say otherwise, by name', () => {
    const overrides = { runsc: { quota: true }, runc: { restart: false } };
    expect(capabilitiesOf(runtime('runsc'), overrides)).toEqual({ ...all, restart: false });
    expect(capabilitiesOf(runtime('runc'), overrides)).toEqual({ ...all, restart: false });
    expect(capabilitiesOf(runtime('crun'), overrides)).toEqual(all);
  });
});

describe('the disk bound', () => {
  const mounts = [
    '22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw',
    '40 22 8:2 / /var/lib/docker rw,relatime shared:5 - xfs /dev/sdb1 rw,attr2,prjquota',
    '41 22 8:3 / /var/lib/dockers rw - xfs /dev/sdc1 rw',
  ].join('\n');
  const storage = (driver: string, fs: string, dataRoot = '/var/lib/docker') => ({
    driver,
    status: { 'Backing Filesystem': fs },
    dataRoot,
  });
  const read = async () => mounts;

  it.each([
    [storage('overlay2', 'extfs'), false],
    [storage('overlay2', 'xfs'), true],
    [storage('overlay2', 'xfs', '/var/lib/docker/nested'), true],
    [storage('overlay2', 'xfs', '/var/lib/dockers'), false],
    [storage('overlay2', 'xfs', '/srv'), false],
    [storage('btrfs', ''), true],
    [storage('zfs', ''), true],
    [storage('vfs', 'extfs'), false],
    [storage('overlayfs', 'xfs'), false],
  ])('of %j is enforced: %s', async (facts, isEnforced) => {
    expect(await isDiskEnforced(facts, read)).toBe(isEnforced);
  });

  it('is not taken for enforced on a disk that cannot be seen', async () => {
    expect(await isDiskEnforced(storage('overlay2', 'xfs'), undefined)).toBe(false);
    expect(hasProjectQuota('', '/var/lib/docker')).toBe(false);
  });
});

describe('what the engine refuses', () => {
  it.each([
    [400, { message: 'no such command' }, 'start_failed', /no such command/],
    [500, { message: 'OCI runtime create failed' }, 'start_failed', /OCI runtime/],
    [500, { message: 'write /x: no space left on device' }, 'disk_full', /no space/],
    [500, { message: 'context deadline exceeded' }, 'engine_unavailable', /deadline/],
    [503, 'upstream connect error', 'engine_unavailable', /upstream/],
    [400, undefined, 'start_failed', /status 400/],
  ])('%i %j is %s', (status, body, code, words) => {
    expect(refusal({ status, body }, 'do it')).toMatchObject({ code, message: expect.stringMatching(words) });
  });

  it('lets nothing be concluded from an answer of unknown form', () => {
    const read = () => understood(z.object({ Id: z.string() }), { status: 200, body: { id: 1 } }, 'x');
    expect(read).toThrow(expect.objectContaining({ code: 'engine_unavailable' }));
  });
});
