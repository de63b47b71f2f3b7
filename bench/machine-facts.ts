import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { engine } from '../test/support/engine.ts';

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly os: string;
  readonly kernel: string;
  readonly node: string;
  readonly engine: string;
  readonly storageDriver: string;
  readonly cgroup: string;
  readonly commit: string;
  readonly loadBefore: number;
}

export async function machineFacts(): Promise<MachineFacts> {
  const info: unknown = await engine.info();
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    os: osName(),
    kernel: release().split('.').slice(0, 2).join('.'),
    node: process.version,
    engine: `Docker ${told(info, 'ServerVersion')}`,
    storageDriver: told(info, 'Driver'),
    cgroup: `v${told(info, 'CgroupVersion')}`,
    commit: commit(),
    loadBefore: load(),
  };
}

/** Processes that ran or waited for a core, averaged over the last minute. */
export function load(): number {
  return loadavg()[0] ?? Number.NaN;
}

function told(info: unknown, field: string): string {
  if (typeof info !== 'object' || info === null) return 'unknown';
  const value: unknown = Reflect.get(info, field);
  return typeof value === 'string' ? value : 'unknown';
}

function osName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}

/** What shipped code was measured: changes outside of src and migrations do not count as another one. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--', 'src', 'migrations', 'package-lock.json');
    return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : ' with uncommitted changes in src'}`;
  } catch {
    return 'unknown';
  }
}
