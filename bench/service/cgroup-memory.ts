import { existsSync, readFileSync } from 'node:fs';
import { engine } from '../../test/support/engine.ts';

const FILES = [
  { line: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.+)$/m, root: '/sys/fs/cgroup/memory', file: 'memory.usage_in_bytes' },
  { line: /^0::(.+)$/m, root: '/sys/fs/cgroup', file: 'memory.current' },
];

/** MiB that the kernel charges to a running container, page cache included; cgroup v1 and v2. */
export async function chargedMib(containerId: string): Promise<number> {
  const { State } = await engine.getContainer(containerId).inspect();
  const groups = readFileSync(`/proc/${State.Pid}/cgroup`, 'utf8');
  for (const { line, root, file } of FILES) {
    const path = `${root}${line.exec(groups)?.[1] ?? '/none'}/${file}`;
    if (existsSync(path)) return Number(readFileSync(path, 'utf8')) / 2 ** 20;
  }
  throw new Error('the memory of the container is not told');
}
