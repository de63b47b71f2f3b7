import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** VmRSS of a process, in MiB. */
export function rssMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error('the process tells no RSS');
  return Number(kib) / 1024;
}

/** Looks at the RSS of a process again and again while the work goes on; the largest that was seen, in MiB. */
export async function peakRssMib(pid: number, work: () => Promise<unknown>): Promise<number> {
  let peak = rssMib(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, rssMib(pid));
  }, LOOK_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, rssMib(pid));
}

const LOOK_MS = 10;

const SETTLE_MS = 3_000;

/** VmRSS once the work is done and the collector has had its time. */
export async function settledRssMib(pid: number, settleMs = SETTLE_MS): Promise<number> {
  await sleep(settleMs);
  return rssMib(pid);
}
