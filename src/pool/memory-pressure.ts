import type { MemoryFiles } from './memory-files.ts';

export type MemorySource = 'cgroup-v2' | 'cgroup-v1' | 'host';

/** How full the memory is that this service has to share. */
export interface MemoryReading {
  readonly source: MemorySource;
  /** The cgroup's folder, or the host's file; empty where nothing could be read. */
  readonly detail: string;
  /** Without inactive file cache, which the kernel gives back when asked. */
  readonly usedBytes: number;
  /** 0 = nothing could be read. */
  readonly limitBytes: number;
  /** Used of the limit, 0 to 1. */
  readonly ratio: number;
}

/** One version of cgroups: where they lie, and what their files are called. */
interface Hierarchy {
  readonly source: MemorySource;
  readonly mounts: readonly string[];
  /** The line of /proc/self/cgroup that ends in the own cgroup's path. */
  readonly line: RegExp;
  readonly usage: string;
  readonly limit: string;
  readonly inactiveFile: RegExp;
}

const V2: Hierarchy = {
  source: 'cgroup-v2',
  // The second one is systemd's in hybrid mode; it has memory files only where v1 lost that controller.
  mounts: ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'],
  line: /^0::(\/.*)$/m,
  ...{ usage: 'memory.current', limit: 'memory.max', inactiveFile: /^inactive_file (\d{1,20})$/m },
};

const V1: Hierarchy = {
  source: 'cgroup-v1',
  mounts: ['/sys/fs/cgroup/memory'],
  line: /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(\/.*)$/m,
  ...{ usage: 'memory.usage_in_bytes', limit: 'memory.limit_in_bytes' },
  inactiveFile: /^total_inactive_file (\d{1,20})$/m,
};

const MEMINFO = '/proc/meminfo';
/** No machine has as much: v1 says 2^63 less one page for "no limit". */
const UNLIMITED = 2n ** 60n;

/**
 * The memory that limits this service: the fullest of the limited cgroups it is in, v2 before v1, else the host. What is
 * missing, garbled or has no limit of its own is passed over. Some ten small files are read, so not on the path of a claim.
 */
export function readMemory(files: MemoryFiles): MemoryReading {
  const meminfo = files.read(MEMINFO) ?? '';
  const totalBytes = meminfoBytes(meminfo, 'MemTotal') || undefined;
  const mostBytes = totalBytes ?? Number.POSITIVE_INFINITY;
  return (
    fullestCgroup(files, V2, mostBytes) ??
    fullestCgroup(files, V1, mostBytes) ??
    host(totalBytes, meminfoBytes(meminfo, 'MemAvailable'))
  );
}

function fullestCgroup(files: MemoryFiles, hierarchy: Hierarchy, mostBytes: number): MemoryReading | undefined {
  const path = hierarchy.line.exec(files.read('/proc/self/cgroup') ?? '')?.[1];
  if (path === undefined) return undefined;
  let fullest: MemoryReading | undefined;
  for (const folder of hierarchy.mounts.flatMap((mount) => upwards(mount, path))) {
    const reading = readCgroup(files, hierarchy, folder);
    if (reading === undefined || reading.limitBytes > mostBytes) continue;
    if (fullest === undefined || reading.ratio > fullest.ratio) fullest = reading;
  }
  return fullest;
}

/**
 * The folders of a cgroup and of all above it, up to the mount. Inside a container the path may be the host's and lead
 * nowhere: then the mount itself is the container's cgroup.
 */
function upwards(mount: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  // A process outside of its cgroup namespace.
  if (names.includes('..')) return [mount];
  return [...names.map((_, index) => [mount, ...names.slice(0, names.length - index)].join('/')), mount];
}

/** undefined where it has no limit. */
function readCgroup(files: MemoryFiles, hierarchy: Hierarchy, folder: string): MemoryReading | undefined {
  const limit = wholeNumber(files.read(`${folder}/${hierarchy.limit}`));
  if (limit === undefined || limit === 0n || limit >= UNLIMITED) return undefined;
  const charged = wholeNumber(files.read(`${folder}/${hierarchy.usage}`));
  if (charged === undefined) return undefined;
  const inactive = hierarchy.inactiveFile.exec(files.read(`${folder}/memory.stat`) ?? '')?.[1] ?? '0';
  return reading(hierarchy.source, folder, Number(charged - BigInt(inactive)), Number(limit));
}

function host(totalBytes: number | undefined, availableBytes: number | undefined): MemoryReading {
  if (totalBytes === undefined || availableBytes === undefined) {
    return { source: 'host', detail: '', usedBytes: 0, limitBytes: 0, ratio: 0 };
  }
  return reading('host', MEMINFO, totalBytes - availableBytes, totalBytes);
}

function reading(source: MemorySource, detail: string, used: number, limitBytes: number): MemoryReading {
  const usedBytes = Math.max(0, used);
  return { source, detail, usedBytes, limitBytes, ratio: Math.min(1, usedBytes / limitBytes) };
}

/** Numbers here go beyond 2^53; undefined for `max`, and for all that is no number. */
function wholeNumber(text: string | undefined): bigint | undefined {
  const digits = text?.trim() ?? '';
  return /^\d{1,20}$/.test(digits) ? BigInt(digits) : undefined;
}

function meminfoBytes(meminfo: string, field: 'MemTotal' | 'MemAvailable'): number | undefined {
  const kib = new RegExp(`^${field}:[ \\t]+(\\d{1,15}) kB$`, 'm').exec(meminfo)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}
