import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readUsage } from '../../../../src/agent/process/cgroup.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function cgroupOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'sandglass-cgroup-'));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), `${text}\n`);
  }
  return root;
}

test('reads the limits of cgroup v2', () => {
  const root = cgroupOf({
    'cpu.max': '150000 100000',
    'cpu.stat': 'usage_usec 2500000\nuser_usec 1',
    'memory.max': '268435456',
    'memory.current': '100000000',
    'memory.stat': 'anon 1\nfile 30000000\nfile_mapped 5',
  });
  expect(readUsage(root)).toEqual({
    ...{ cpus: 1.5, cpuSeconds: 2.5, memoryTotalBytes: 268_435_456 },
    ...{ memoryUsedBytes: 70_000_000, memoryCacheBytes: 30_000_000 },
  });
});

test('reads the limits of cgroup v1', () => {
  const root = cgroupOf({
    'cpu,cpuacct/cpu.cfs_quota_us': '200000',
    'cpu,cpuacct/cpu.cfs_period_us': '100000',
    'cpu,cpuacct/cpuacct.usage': '3000000000',
    'memory/memory.limit_in_bytes': '268435456',
    'memory/memory.usage_in_bytes': '50000000',
    'memory/memory.stat': 'cache 5\ntotal_cache 20000000',
  });
  expect(readUsage(root)).toEqual({
    ...{ cpus: 2, cpuSeconds: 3, memoryTotalBytes: 268_435_456 },
    ...{ memoryUsedBytes: 30_000_000, memoryCacheBytes: 20_000_000 },
  });
});

test('where nothing limits it, it has what the machine has', () => {
  const unlimited = cgroupOf({ 'cpu.max': 'max 100000', 'memory.max': 'max', 'memory.current': '7' });
  expect(readUsage(unlimited)).toMatchObject({ memoryTotalBytes: totalmem(), memoryUsedBytes: 7 });
  expect(readUsage('/nowhere')).toMatchObject({ memoryTotalBytes: totalmem(), memoryUsedBytes: 0, cpuSeconds: 0 });
});
