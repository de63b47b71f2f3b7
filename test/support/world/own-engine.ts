import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../live-store/real-clock.ts';

/** A dockerd of the test's own, in a network namespace and folders of its own: it may be ended without harm to others. */
export interface OwnEngine {
  readonly dockerHost: string;
  /** Where its published ports are reached: its containers are not. */
  readonly address: string;
  /** As an upgrade of the package does: SIGTERM, on which every container ends. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

const run = promisify(execFile);
const BOUND_MS = 30_000;

export interface OwnEngineOptions {
  /** Keeps containers on a btrfs of 2 GiB with quotas, where the bounds of disks hold. */
  readonly hasQuota?: boolean;
}

/** With `image` of the shared engine in it; a text that says why where this machine does not permit one. */
export async function ownEngine(
  image: string,
  { hasQuota = false }: OwnEngineOptions = {},
): Promise<OwnEngine | string> {
  const name = `sgw${randomBytes(4).toString('hex')}`;
  const place = await mkdtemp(join(tmpdir(), 'sandglass-dockerd-'));
  const dockerHost = `unix://${join(place, 'docker.sock')}`;
  let dockerd: ChildProcess | undefined;
  const killAtExit = () => dockerd?.kill('SIGTERM');
  process.once('exit', killAtExit);
  const subnet = `10.252.${randomBytes(1).readUInt8()}`;
  const engine: OwnEngine = {
    dockerHost,
    address: `${subnet}.2`,
    async start() {
      const storage = hasQuota ? ['--storage-driver', 'btrfs'] : [];
      dockerd = spawn('nsenter', [...argvOf(name, place, dockerHost), ...storage], { stdio: 'ignore' });
      dockerd.on('error', () => {});
      await until('dockerd answers', () => sh(`docker -H ${dockerHost} version`).then(...yesOrNo), BOUND_MS);
    },
    async stop() {
      const ending = dockerd;
      dockerd = undefined;
      if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
      const exit = once(ending, 'exit');
      ending.kill('SIGTERM');
      const timer = setTimeout(() => ending.kill('SIGKILL'), BOUND_MS);
      await exit;
      clearTimeout(timer);
    },
    async remove() {
      await engine.stop();
      process.off('exit', killAtExit);
      for (const folder of await mountsBelow(place)) await run('umount', ['-l', folder]).catch(() => {});
      await run('ip', ['netns', 'del', name]).catch(() => {});
      await rm(place, { recursive: true, force: true });
    },
  };
  try {
    await sh('command -v dockerd nsenter ip');
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    await linkToHost(name, subnet);
    if (hasQuota) await mountQuotaDisk(place);
    await engine.start();
    await sh(`docker save ${image} | docker -H ${dockerHost} load`);
    return engine;
  } catch (error) {
    await engine.remove();
    return String(error);
  }
}

/** A pair of interfaces, one end on each side; the host's goes with the namespace. */
async function linkToHost(name: string, subnet: string): Promise<void> {
  const outer = `${name}h`;
  await run('ip', ['link', 'add', outer, 'type', 'veth', 'peer', 'name', 'host0', 'netns', name]);
  await run('ip', ['addr', 'add', `${subnet}.1/30`, 'dev', outer]);
  await run('ip', ['link', 'set', outer, 'up']);
  await run('ip', ['-n', name, 'addr', 'add', `${subnet}.2/30`, 'dev', 'host0']);
  await run('ip', ['-n', name, 'link', 'set', 'host0', 'up']);
}

async function mountQuotaDisk(place: string): Promise<void> {
  const [disk, folder] = [join(place, 'disk'), join(place, 'data')];
  await mkdir(folder);
  await run('truncate', ['-s', '2G', disk]);
  await run('mkfs.btrfs', ['-q', disk]);
  await run('mount', ['-o', 'loop', disk, folder]);
  await run('btrfs', ['quota', 'enable', folder]);
}

// nsenter, because `ip netns exec` hides the cgroup mounts. It becomes dockerd, so that its pid is dockerd's.
function argvOf(name: string, place: string, dockerHost: string): string[] {
  const folders = ['--data-root', join(place, 'data'), '--exec-root', join(place, 'exec')];
  return [`--net=/run/netns/${name}`, 'dockerd', ...folders, '--pidfile', join(place, 'pid'), '-H', dockerHost];
}

const yesOrNo = [() => true, () => false] as const;

function sh(line: string) {
  return run('sh', ['-c', line], { timeout: BOUND_MS });
}

/** Innermost first. */
async function mountsBelow(place: string): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const folders = mounts.split('\n').map((line) => line.split(' ')[1] ?? '');
  return folders.filter((folder) => folder.startsWith(`${place}/`)).reverse();
}
