import { readFile } from 'node:fs/promises';

export interface StorageFacts {
  readonly driver: string;
  /** DriverStatus of the engine, as name -> value. */
  readonly status: Readonly<Record<string, string>>;
  readonly dataRoot: string;
}

/**
 * Whether `--storage-opt size` holds a sandbox (docs.docker.com, docker container run, "Set storage driver options"):
 * btrfs, zfs and devicemapper always; overlay2 on xfs mounted with pquota, which the engine does not tell: `mountsOf`
 * reads it where the engine's disk is ours to see, and a remote one counts as not enforced.
 */
export async function isDiskEnforced(
  storage: StorageFacts,
  readMounts: (() => Promise<string>) | undefined,
): Promise<boolean> {
  if (['btrfs', 'zfs', 'devicemapper'].includes(storage.driver)) return true;
  if (storage.driver !== 'overlay2' || storage.status['Backing Filesystem'] !== 'xfs') return false;
  return readMounts !== undefined && hasProjectQuota(await readMounts(), storage.dataRoot);
}

export function readOwnMounts(): Promise<string> {
  return readFile('/proc/self/mountinfo', 'utf8');
}

/** Looks at the mount that holds `path` in the text of mountinfo (proc(5)). */
export function hasProjectQuota(mountinfo: string, path: string): boolean {
  let best = { point: '', options: '' };
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    if (point === undefined || !isWithin(path, point) || point.length < best.point.length) continue;
    best = { point, options: after.split(' ')[2] ?? '' };
  }
  return best.options.split(',').some((option) => option === 'pquota' || option === 'prjquota');
}

function isWithin(path: string, point: string): boolean {
  return path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`);
}
