import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** What the sandbox may use and uses, as its cgroup says it; the machine's where nothing limits it. */
export interface Usage {
  readonly cpus: number;
  /** Of one cpu, since the container started. */
  readonly cpuSeconds: number;
  readonly memoryTotalBytes: number;
  /** Without the page cache. */
  readonly memoryUsedBytes: number;
  readonly memoryCacheBytes: number;
}

/** Reads cgroup v2, else v1, below `root`. Zeros where neither can be read. */
export function readUsage(root = '/sys/fs/cgroup'): Usage {
  const number = (file: string) => Number(readText(`${root}/${file}`) ?? Number.NaN);
  const isV2 = readText(`${root}/memory.current`) !== undefined;
  return isV2 ? usageV2(root, number) : usageV1(root, number);
}

function usageV2(root: string, number: (file: string) => number): Usage {
  const [quota = 'max', period] = (readText(`${root}/cpu.max`) ?? '').split(' ');
  const cache = statOf(`${root}/memory.stat`, 'file');
  return {
    cpus: cpusOf(Number(quota), Number(period)),
    cpuSeconds: statOf(`${root}/cpu.stat`, 'usage_usec') / 1e6,
    ...memoryOf(number('memory.max'), number('memory.current'), cache),
  };
}

function usageV1(root: string, number: (file: string) => number): Usage {
  const cache = statOf(`${root}/memory/memory.stat`, 'total_cache');
  const cpuacct = [number('cpuacct/cpuacct.usage'), number('cpu,cpuacct/cpuacct.usage')].find(Number.isFinite) ?? 0;
  const cpu = ['cpu', 'cpu,cpuacct'].find((name) => Number.isFinite(number(`${name}/cpu.cfs_quota_us`))) ?? 'cpu';
  return {
    cpus: cpusOf(number(`${cpu}/cpu.cfs_quota_us`), number(`${cpu}/cpu.cfs_period_us`)),
    cpuSeconds: cpuacct / 1e9,
    ...memoryOf(number('memory/memory.limit_in_bytes'), number('memory/memory.usage_in_bytes'), cache),
  };
}

function cpusOf(quota: number, period: number): number {
  return quota > 0 && period > 0 ? quota / period : availableParallelism();
}

/** A cgroup without a limit says `max`, or a number far above the machine's memory. */
function memoryOf(limit: number, used: number, cache: number) {
  const memoryTotalBytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const memoryUsedBytes = Math.max(0, (Number.isFinite(used) ? used : 0) - cache);
  return { memoryTotalBytes, memoryUsedBytes, memoryCacheBytes: cache };
}

function statOf(file: string, name: string): number {
  const text = readText(file) ?? '';
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
