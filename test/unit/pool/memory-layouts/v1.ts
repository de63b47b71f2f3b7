import { GIB, type MemoryLayout, meminfo, quietHost } from './layout.ts';

const host = meminfo(16, 12);
/** What the kernel says for none: 2^63 less one page. */
const NO_LIMIT = '9223372036854771712';
const ROOT = '/sys/fs/cgroup/memory';

const lines = (path: string, unified = '') =>
  `12:pids:${path}\n9:name=systemd:/other\n4:memory:${path}\n3:cpu,cpuacct:/\n${unified}`;
const cgroup = (folder: string, usage: number, limit: number | string, totalInactiveFile = 0) => ({
  [`${folder}/memory.usage_in_bytes`]: `${usage}\n`,
  [`${folder}/memory.limit_in_bytes`]: `${limit}\n`,
  // Without "total_" it is the cgroup's own part, without its children.
  [`${folder}/memory.stat`]: `inactive_file 7\nrss 1\ntotal_inactive_file ${totalInactiveFile}\ntotal_active_file 1\n`,
});

export const v1Layouts: readonly MemoryLayout[] = [
  {
    name: 'v1 limited: total_inactive_file does not count',
    files: {
      ...{ ...host, '/proc/self/cgroup': lines('/system.slice/sandglass.service') },
      ...cgroup(ROOT, 9 * GIB, NO_LIMIT),
      ...cgroup(`${ROOT}/system.slice/sandglass.service`, 3 * GIB, 4 * GIB, GIB),
    },
    expected: {
      ...{ source: 'cgroup-v1', detail: `${ROOT}/system.slice/sandglass.service` },
      ...{ usedBytes: 2 * GIB, limitBytes: 4 * GIB, ratio: 0.5 },
    },
  },
  {
    name: 'v1 with 2^63 - 4096: the host counts',
    files: {
      ...{ ...host, '/proc/self/cgroup': lines('/docker/abc') },
      ...cgroup(ROOT, 9 * GIB, NO_LIMIT),
      ...cgroup(`${ROOT}/docker/abc`, 3 * GIB, NO_LIMIT),
    },
    expected: quietHost,
  },
  {
    name: 'v1 with 2^60, and no MemTotal to compare it with: nothing is known',
    files: { '/proc/self/cgroup': lines('/'), ...cgroup(ROOT, 9 * GIB, '1152921504606846976') },
    expected: { source: 'host', detail: '', usedBytes: 0, limitBytes: 0, ratio: 0 },
  },
  {
    name: "v1 in a container, where the host's path leads nowhere: the mount counts",
    files: {
      ...{ ...host, '/proc/self/cgroup': lines('/docker/abc') },
      ...cgroup(ROOT, 3 * GIB, 4 * GIB),
    },
    expected: {
      ...{ source: 'cgroup-v1', detail: ROOT },
      ...{ usedBytes: 3 * GIB, limitBytes: 4 * GIB, ratio: 0.75 },
    },
  },
  {
    name: 'v1 nested: the limited parent of an unlimited child counts',
    files: {
      ...{ ...host, '/proc/self/cgroup': lines('/kubepods/pod1/box') },
      ...cgroup(ROOT, 9 * GIB, NO_LIMIT),
      ...cgroup(`${ROOT}/kubepods`, 9 * GIB, NO_LIMIT),
      ...cgroup(`${ROOT}/kubepods/pod1`, 2 * GIB, 4 * GIB),
      ...cgroup(`${ROOT}/kubepods/pod1/box`, GIB, NO_LIMIT),
    },
    expected: {
      ...{ source: 'cgroup-v1', detail: `${ROOT}/kubepods/pod1` },
      ...{ usedBytes: 2 * GIB, limitBytes: 4 * GIB, ratio: 0.5 },
    },
  },
  {
    name: 'v1 with memory sharing its hierarchy with other controllers',
    files: {
      ...{ ...host, '/proc/self/cgroup': '5:hugetlb,memory,misc:/app:v2\n2:cpu:/\n' },
      ...cgroup(`${ROOT}/app:v2`, GIB, 4 * GIB),
    },
    expected: {
      ...{ source: 'cgroup-v1', detail: `${ROOT}/app:v2` },
      ...{ usedBytes: GIB, limitBytes: 4 * GIB, ratio: 0.25 },
    },
  },
  {
    name: 'v1 limited above MemTotal: the host counts',
    files: { ...host, '/proc/self/cgroup': lines('/'), ...cgroup(ROOT, 3 * GIB, 64 * GIB) },
    expected: quietHost,
  },
  {
    name: 'hybrid, memory on v1: v1 counts, and v2 without memory files is passed over',
    files: {
      ...{ ...host, '/proc/self/cgroup': lines('/docker/abc', '0::/init.scope\n') },
      '/sys/fs/cgroup/unified/cgroup.controllers': '\n',
      '/sys/fs/cgroup/unified/init.scope/cgroup.procs': '1\n',
      ...cgroup(`${ROOT}/docker/abc`, 3 * GIB, 4 * GIB),
    },
    expected: {
      ...{ source: 'cgroup-v1', detail: `${ROOT}/docker/abc` },
      ...{ usedBytes: 3 * GIB, limitBytes: 4 * GIB, ratio: 0.75 },
    },
  },
  {
    name: 'hybrid, memory on v2: the unified mount counts',
    files: {
      ...{ ...host, '/proc/self/cgroup': '3:cpu:/\n0::/sandglass\n' },
      '/sys/fs/cgroup/unified/sandglass/memory.current': `${GIB}\n`,
      '/sys/fs/cgroup/unified/sandglass/memory.max': `${4 * GIB}\n`,
    },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup/unified/sandglass' },
      ...{ usedBytes: GIB, limitBytes: 4 * GIB, ratio: 0.25 },
    },
  },
];
