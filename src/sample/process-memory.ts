import { readFile } from 'node:fs/promises';
import type { MemoryDetail } from '../ports/sampler.ts';

/** More than these are not looked at: each look takes the kernel up to a millisecond. */
const MOST = 256;
const AT_ONCE = 8;
/** A process of the engine lies this far above one of the container at most, with an init between them. */
const HIGHEST = 32;
const SHIM = /^containerd-shim/;

interface ProcessMemory {
  /** Inside. */
  readonly pid: number;
  readonly pssBytes: number | null;
}

/**
 * What the kernel tells of these processes, by their ids on this machine; undefined when it has none of them. Those that
 * end meanwhile are left out. `proc` is where procfs lies.
 */
export async function processMemory(pids: readonly number[], proc = '/proc'): Promise<MemoryDetail | undefined> {
  const looked = pids.slice(0, MOST);
  const processes: ProcessMemory[] = [];
  const waiting = looked.values();
  const worker = async () => {
    for (const pid of waiting) {
      const one = await lookAt(pid, proc);
      if (one !== undefined) processes.push(one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (processes.length === 0) return undefined;
  const isWhole = looked.length === pids.length && processes.every(({ pssBytes }) => pssBytes !== null);
  const sum = processes.reduce((bytes, { pssBytes }) => bytes + (pssBytes ?? 0), 0);
  const shimRssBytes = await shimOf(pids[0] ?? 0, proc);
  processes.sort((one, other) => one.pid - other.pid);
  return { pssBytes: isWhole ? sum : null, shimRssBytes, processes };
}

async function lookAt(pid: number, proc: string): Promise<ProcessMemory | undefined> {
  const status = await textOf(`${proc}/${pid}/status`);
  const inside = /^NSpid:.*?(\d+)$/m.exec(status ?? '')?.[1];
  if (inside === undefined) return undefined;
  // Permitted to whoever may trace the process (ptrace(2)); empty for one that has just ended.
  const rollup = await textOf(`${proc}/${pid}/smaps_rollup`);
  const kib = /^Pss: +(\d+) kB$/m.exec(rollup ?? '')?.[1];
  return { pid: Number(inside), pssBytes: kib === undefined ? null : Number(kib) * 1024 };
}

/** The engine starts every container from a process of its own, which stays as long as the container does. */
async function shimOf(pid: number, proc: string): Promise<number | null> {
  let one = pid;
  for (let height = 0; height < HIGHEST && one > 1; height += 1) {
    const status = (await textOf(`${proc}/${one}/status`)) ?? '';
    const name = /^Name:\t(.*)$/m.exec(status)?.[1] ?? '';
    const rssKib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    if (SHIM.test(name) && rssKib !== undefined) return Number(rssKib) * 1024;
    one = Number(/^PPid:\t(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return null;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch {
    return undefined;
  }
}
