import { readdirSync, readFileSync } from 'node:fs';

export interface CpuTime {
  /** Of all threads of the process, user and system. */
  readonly own: number;
  /** Of the processes that it started and that run, and of theirs. */
  readonly children: number;
}

const NANOSECONDS = 1e6;

/** Milliseconds of CPU that a process has used so far, from the scheduler: exact, where clock ticks are 10 ms. */
export function cpuMs(pid: number): CpuTime {
  return { own: ownMs(pid), children: childrenOf(pid).reduce((sum, child) => sum + wholeMs(child), 0) };
}

function wholeMs(pid: number): number {
  const { own, children } = cpuMs(pid);
  return own + children;
}

function ownMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ms = threads.reduce((sum, thread) => sum + threadMs(pid, thread), 0);
  if (ms === 0) throw new Error('this kernel does not count CPU time (CONFIG_SCHED_INFO)');
  return ms;
}

/** Of one thread; a process's first one has its pid. 0 for one that has ended meanwhile. */
export function threadMs(pid: number, thread: string | number = pid): number {
  try {
    const [ran = ''] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(ran) / NANOSECONDS;
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): readonly number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}
