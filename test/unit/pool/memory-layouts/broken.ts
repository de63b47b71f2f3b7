import { GIB, type MemoryLayout, meminfo, quietHost } from './layout.ts';

const host = meminfo(16, 12);
const nothing = { source: 'host', detail: '', usedBytes: 0, limitBytes: 0, ratio: 0 } as const;

export const brokenLayouts: readonly MemoryLayout[] = [
  { name: 'no files at all: nothing is known, and nothing is pressed', files: {}, expected: nothing },
  { name: 'no /proc/self/cgroup: the host counts', files: host, expected: quietHost },
  {
    name: 'a limit without a usage: passed over',
    files: { ...host, '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': `${GIB}\n` },
    expected: quietHost,
  },
  {
    name: 'a usage without a limit: passed over',
    files: { ...host, '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.current': `${GIB}\n` },
    expected: quietHost,
  },
  {
    name: 'garbled own cgroup: passed over for its parent',
    files: {
      ...{ ...host, '/proc/self/cgroup': '0::/a/b\n' },
      ...{ '/sys/fs/cgroup/a/b/memory.current': '12 apples', '/sys/fs/cgroup/a/b/memory.max': '-1' },
      ...{ '/sys/fs/cgroup/a/memory.current': `${GIB}\n`, '/sys/fs/cgroup/a/memory.max': `${4 * GIB}\n` },
    },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup/a' },
      ...{ usedBytes: GIB, limitBytes: 4 * GIB, ratio: 0.25 },
    },
  },
  {
    name: 'garbled v2: v1 counts',
    files: {
      ...{ ...host, '/proc/self/cgroup': '4:memory:/\n0::/\n' },
      ...{ '/sys/fs/cgroup/memory.current': '\0\0', '/sys/fs/cgroup/memory.max': '1e9' },
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${GIB}`,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${2 * GIB}`,
    },
    expected: {
      ...{ source: 'cgroup-v1', detail: '/sys/fs/cgroup/memory' },
      ...{ usedBytes: GIB, limitBytes: 2 * GIB, ratio: 0.5 },
    },
  },
  {
    name: 'garbled memory.stat: all that is charged counts as used',
    files: {
      ...{ ...host, '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.stat': 'inactive_file lots\n' },
      ...{ '/sys/fs/cgroup/memory.current': `${GIB}\n`, '/sys/fs/cgroup/memory.max': `${2 * GIB}\n` },
    },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup' },
      ...{ usedBytes: GIB, limitBytes: 2 * GIB, ratio: 0.5 },
    },
  },
  {
    name: 'a limit of 0: passed over',
    files: {
      ...{ ...host, '/proc/self/cgroup': '0::/\n' },
      ...{ '/sys/fs/cgroup/memory.current': `${GIB}\n`, '/sys/fs/cgroup/memory.max': '0\n' },
    },
    expected: quietHost,
  },
  {
    name: 'more used than the limit: full, and not more than full',
    files: {
      ...{ ...host, '/proc/self/cgroup': '0::/\n' },
      ...{ '/sys/fs/cgroup/memory.current': `${3 * GIB}\n`, '/sys/fs/cgroup/memory.max': `${2 * GIB}\n` },
    },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup' },
      ...{ usedBytes: 3 * GIB, limitBytes: 2 * GIB, ratio: 1 },
    },
  },
  {
    name: 'no /proc/meminfo: a limited cgroup counts all the same',
    files: {
      '/proc/self/cgroup': '0::/\n',
      ...{ '/sys/fs/cgroup/memory.current': `${GIB}\n`, '/sys/fs/cgroup/memory.max': `${2 * GIB}\n` },
    },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup' },
      ...{ usedBytes: GIB, limitBytes: 2 * GIB, ratio: 0.5 },
    },
  },
  {
    name: 'a meminfo of an old kernel, without MemAvailable: nothing is known',
    files: { '/proc/meminfo': 'MemTotal:       16777216 kB\nMemFree:        12582912 kB\n' },
    expected: nothing,
  },
  {
    name: 'a meminfo that says MemTotal is 0: nothing is known',
    files: { '/proc/meminfo': 'MemTotal:       0 kB\nMemAvailable:   0 kB\n' },
    expected: nothing,
  },
];
