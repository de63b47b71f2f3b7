import { existsSync, readFileSync, statfsSync } from 'node:fs';
import type { ContainerUsage } from '../ports/container-runtime.ts';

/** Where a container's cgroup may lie below a hierarchy: with the cgroupfs driver, and with systemd's. */
const placesOf = (id: string) => [`docker/${id}`, `system.slice/docker-${id}.scope`];

export interface DiskUsage {
  readonly usedBytes: number;
  /** 0 = not known. */
  readonly totalBytes: number;
}

/** The kernel's own account of one container. */
export interface Cgroup {
  readonly version: 1 | 2;
  /** undefined once it is gone. */
  read(): ContainerUsage | undefined;
  /** Of the file system of its root. */
  disk(): DiskUsage;
  /** Its processes, by their ids on this machine, in no order. */
  pids(): readonly number[];
}

/**
 * The cgroup of a container on this machine; undefined when it is not where Docker makes them, such as on another
 * machine. Files are read at once, not by promises: each takes some 10 µs.
 */
export function findCgroup(containerId: string, root = '/sys/fs/cgroup'): Cgroup | undefined {
  for (const place of placesOf(containerId)) {
    if (existsSync(`${root}/${place}/memory.current`)) return cgroupV2(`${root}/${place}`);
    if (existsSync(`${root}/memory/${place}/memory.usage_in_bytes`)) return cgroupV1(root, place);
  }
  return undefined;
}

function cgroupV2(folder: string): Cgroup {
  let peak = 0;
  const number = (name: string) => numberIn(`${folder}/${name}`);
  return {
    version: 2,
    read() {
      const memChargedBytes = number('memory.current');
      if (memChargedBytes === undefined) return undefined;
      const stat = readText(`${folder}/memory.stat`) ?? '';
      // memory.peak came with Linux 5.19.
      peak = Math.max(peak, memChargedBytes, number('memory.peak') ?? 0);
      return {
        cpuNs: field(readText(`${folder}/cpu.stat`) ?? '', 'usage_usec') * 1000,
        ...{ memChargedBytes, memPeakBytes: peak, memLimitBytes: number('memory.max') ?? 0 },
        ...{ memCacheBytes: field(stat, 'file'), memInactiveFileBytes: field(stat, 'inactive_file') },
        memRssBytes: field(stat, 'anon'),
        oomKills: counted(`${folder}/memory.events`),
        pids: number('pids.current') ?? 0,
      };
    },
    disk: () => diskOf(`${folder}/cgroup.procs`),
    pids: () => pidsIn(`${folder}/cgroup.procs`),
  };
}

/** A limit this large is none (PAGE_COUNTER_MAX). */
const NO_LIMIT = 2 ** 62;

function cgroupV1(root: string, place: string): Cgroup {
  const memory = `${root}/memory/${place}`;
  return {
    version: 1,
    read() {
      const memChargedBytes = numberIn(`${memory}/memory.usage_in_bytes`);
      if (memChargedBytes === undefined) return undefined;
      const stat = readText(`${memory}/memory.stat`) ?? '';
      const limit = numberIn(`${memory}/memory.limit_in_bytes`) ?? 0;
      return {
        cpuNs: numberIn(`${root}/cpuacct/${place}/cpuacct.usage`) ?? 0,
        memPeakBytes: numberIn(`${memory}/memory.max_usage_in_bytes`) ?? memChargedBytes,
        ...{ memChargedBytes, memLimitBytes: limit > NO_LIMIT ? 0 : limit },
        ...{ memCacheBytes: field(stat, 'total_cache'), memInactiveFileBytes: field(stat, 'total_inactive_file') },
        memRssBytes: field(stat, 'total_rss'),
        oomKills: counted(`${memory}/memory.oom_control`),
        pids: numberIn(`${root}/pids/${place}/pids.current`) ?? 0,
      };
    },
    disk: () => diskOf(`${memory}/cgroup.procs`),
    pids: () => pidsIn(`${memory}/cgroup.procs`),
  };
}

/** The kernel counts kills since Linux 4.13, on version 1 too. */
function counted(file: string): number | null {
  const text = readText(file);
  return text?.includes('oom_kill ') ? field(text, 'oom_kill') : null;
}

function pidsIn(processes: string): readonly number[] {
  const lines = (readText(processes) ?? '').split('\n');
  // 0 is a process of another namespace of process ids.
  return lines.map(Number).filter((pid) => pid > 0);
}

/** Through any of its processes; needs root. */
function diskOf(processes: string): DiskUsage {
  const pid = /^\d+/.exec(readText(processes) ?? '')?.[0];
  try {
    const { bsize, blocks, bfree } = statfsSync(`/proc/${pid}/root`);
    return { usedBytes: (blocks - bfree) * bsize, totalBytes: blocks * bsize };
  } catch {
    return { usedBytes: 0, totalBytes: 0 };
  }
}

function field(text: string, name: string): number {
  const start = text.startsWith(`${name} `) ? 0 : text.indexOf(`\n${name} `) + 1;
  if (start === 0 && !text.startsWith(`${name} `)) return 0;
  return Number.parseInt(text.slice(start + name.length + 1), 10) || 0;
}

/** undefined for a file that is not there, and for `max`. */
function numberIn(file: string): number | undefined {
  const text = readText(file);
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1').trim();
  } catch {
    return undefined;
  }
}
