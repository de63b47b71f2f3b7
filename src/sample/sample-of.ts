import type { Resources } from '../domain/sandbox.ts';
import type { ContainerUsage } from '../ports/container-runtime.ts';
import type { Sample } from '../ports/sampler.ts';
import type { DiskUsage } from './cgroup-usage.ts';

export interface Circumstances {
  readonly atMs: number;
  readonly disk: DiskUsage;
  readonly source: NonNullable<Sample['source']>;
  /** The count of the cpu's time before this one. */
  readonly since: { readonly atMs: number; readonly cpuNs: number };
  readonly resources: Resources;
}

const MIB = 1024 * 1024;

export function sampleOf(usage: ContainerUsage, { atMs, disk, source, since, resources }: Circumstances): Sample {
  const spanNs = Math.max(1, atMs - since.atMs) * 1e6;
  // The quota lets no more through; a first span begins after the container did, and would show more.
  const mostPct = resources.cpus * 100;
  const cpuUsedPct = Math.min(mostPct, Math.max(0, ((usage.cpuNs - since.cpuNs) / spanNs) * 100));
  const { memChargedBytes, memCacheBytes, memPeakBytes, pids } = usage;
  return {
    ...{ atMs, cpuCount: resources.cpus, cpuUsedPct: Math.round(cpuUsedPct * 100) / 100 },
    ...{ memUsedBytes: Math.max(0, memChargedBytes - memCacheBytes), memCacheBytes },
    memTotalBytes: usage.memLimitBytes === 0 ? resources.memoryMb * MIB : usage.memLimitBytes,
    ...{ diskUsedBytes: disk.usedBytes, diskTotalBytes: disk.totalBytes },
    ...{ memChargedBytes, memPeakBytes, pids, source },
    ...{ memRssBytes: usage.memRssBytes, oomKills: usage.oomKills },
    memWorkingSetBytes: Math.max(0, memChargedBytes - usage.memInactiveFileBytes),
  };
}
