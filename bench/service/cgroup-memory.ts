import { existsSync, readFileSync } from 'node:fs';
import { engine } from '../../test/support/engine.ts';

const PLACES = [
  {
    line: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.+)$/m,
    root: '/sys/fs/cgroup/memory',
    ...{ charged: 'memory.usage_in_bytes', inactive: /^total_inactive_file (\d+)$/m },
  },
  {
    line: /^0::(.+)$/m,
    root: '/sys/fs/cgroup',
    ...{ charged: 'memory.current', inactive: /^inactive_file (\d+)$/m },
  },
];
const MIB = 2 ** 20;

export interface CgroupMemory {
  /** MiB, page cache included. */
  readonly chargedMib: number;
  /** MiB without the page cache that the kernel would drop first: usage less inactive_file. */
  readonly workingSetMib: number;
}

/** MiB that the kernel charges to a running container, page cache included; cgroup v1 and v2. */
export async function chargedMib(containerId: string): Promise<number> {
  return (await cgroupMemory(containerId)).chargedMib;
}

/** What the kernel's own files say of a running container; cgroup v1 and v2. Throws when it has none. */
export async function cgroupMemory(containerId: string): Promise<CgroupMemory> {
  const { State } = await engine.getContainer(containerId).inspect();
  const groups = readFileSync(`/proc/${State.Pid}/cgroup`, 'utf8');
  for (const { line, root, charged, inactive } of PLACES) {
    const folder = `${root}${line.exec(groups)?.[1] ?? '/none'}`;
    if (!existsSync(`${folder}/${charged}`)) continue;
    const bytes = Number(readFileSync(`${folder}/${charged}`, 'utf8'));
    const cached = Number(inactive.exec(readFileSync(`${folder}/memory.stat`, 'utf8'))?.[1] ?? Number.NaN);
    return { chargedMib: bytes / MIB, workingSetMib: (bytes - cached) / MIB };
  }
  throw new Error('the memory of the container is not told');
}
