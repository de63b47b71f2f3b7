import { GIB, type MemoryLayout, meminfo, quietHost } from './layout.ts';

const host = meminfo(16, 12);
const stat = (inactiveFile: number) => `anon 400000000\nfile 300000000\ninactive_file ${inactiveFile}\nactive_file 1\n`;
const cgroup = (folder: string, current: number, max: number | 'max', inactiveFile = 0) => ({
  [`${folder}/memory.current`]: `${current}\n`,
  [`${folder}/memory.max`]: `${max}\n`,
  [`${folder}/memory.stat`]: stat(inactiveFile),
});

export const v2Layouts: readonly MemoryLayout[] = [
  {
    name: 'v2 in a container of its own namespace, limited: inactive file cache does not count',
    files: { ...host, '/proc/self/cgroup': '0::/\n', ...cgroup('/sys/fs/cgroup', 2 * GIB, 4 * GIB, GIB) },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup' },
      ...{ usedBytes: GIB, limitBytes: 4 * GIB, ratio: 0.25 },
    },
  },
  {
    name: 'v2 with `max`: the host counts',
    files: { ...host, '/proc/self/cgroup': '0::/\n', ...cgroup('/sys/fs/cgroup', 2 * GIB, 'max') },
    expected: quietHost,
  },
  {
    name: 'v2 nested, the parent limited and the child not: the parent counts',
    files: {
      ...{ ...host, '/proc/self/cgroup': '0::/sandglass.slice/sandglass.service\n' },
      ...cgroup('/sys/fs/cgroup/sandglass.slice', 3 * GIB, 4 * GIB),
      ...cgroup('/sys/fs/cgroup/sandglass.slice/sandglass.service', GIB, 'max'),
    },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup/sandglass.slice' },
      ...{ usedBytes: 3 * GIB, limitBytes: 4 * GIB, ratio: 0.75 },
    },
  },
  {
    name: 'v2 nested, parent and child limited: the fuller of them counts, not the smaller',
    files: {
      ...{ ...host, '/proc/self/cgroup': '0::/sandglass.slice/sandglass.service\n' },
      ...cgroup('/sys/fs/cgroup/sandglass.slice', 7 * GIB, 8 * GIB),
      ...cgroup('/sys/fs/cgroup/sandglass.slice/sandglass.service', GIB, 2 * GIB),
    },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup/sandglass.slice' },
      ...{ usedBytes: 7 * GIB, limitBytes: 8 * GIB, ratio: 0.875 },
    },
  },
  {
    name: 'v2 without the memory controller in the own cgroup: the parent that has it counts',
    files: {
      ...{ ...host, '/proc/self/cgroup': '0::/user.slice/session.scope\n' },
      '/sys/fs/cgroup/user.slice/session.scope/cgroup.procs': '1\n',
      ...cgroup('/sys/fs/cgroup/user.slice', GIB, 2 * GIB),
    },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup/user.slice' },
      ...{ usedBytes: GIB, limitBytes: 2 * GIB, ratio: 0.5 },
    },
  },
  {
    name: 'v2 in the root cgroup, which has no memory.max: the host counts',
    files: { ...host, '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.stat': stat(GIB) },
    expected: quietHost,
  },
  {
    name: 'v2 outside of its namespace: only the mount is looked at',
    files: {
      ...{ ...host, '/proc/self/cgroup': '0::/../other\n' },
      ...cgroup('/sys/fs/cgroup', GIB, 2 * GIB),
      ...cgroup('/sys/fs/cgroup/../other', 2 * GIB, 2 * GIB),
    },
    expected: {
      ...{ source: 'cgroup-v2', detail: '/sys/fs/cgroup' },
      ...{ usedBytes: GIB, limitBytes: 2 * GIB, ratio: 0.5 },
    },
  },
  {
    name: 'v2 limited above MemTotal: the host counts',
    files: { ...host, '/proc/self/cgroup': '0::/\n', ...cgroup('/sys/fs/cgroup', 2 * GIB, 17 * GIB) },
    expected: quietHost,
  },
  {
    name: 'v2 with more inactive file cache than is charged: nothing is used, not less',
    files: { ...host, '/proc/self/cgroup': '0::/\n', ...cgroup('/sys/fs/cgroup', GIB, 4 * GIB, 2 * GIB) },
    expected: { source: 'cgroup-v2', detail: '/sys/fs/cgroup', usedBytes: 0, limitBytes: 4 * GIB, ratio: 0 },
  },
];
