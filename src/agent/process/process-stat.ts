import { readFileSync } from 'node:fs';

/** What the kernel tells of a process. */
export interface ProcessStat {
  /** One letter: R runs or waits for a CPU, D waits for a disk, S sleeps, T is stopped, Z has ended. */
  readonly state: string;
  readonly group: number;
  readonly session: number;
  /** On a CPU since its start, itself. */
  readonly cpuMs: number;
}

/** Linux tells these times in hundredths of a second, whatever its own tick is (USER_HZ, time(7)). */
const MS_PER_TICK = 10;

/** Undefined once nobody has that id. proc(5): pid (name) state ppid pgrp session ... utime stime, fields 14 and 15. */
export function processStat(pid: number | string): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name may hold anything, parentheses too.
    const [state = '', , group, session, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const cpuMs = (Number(rest[7]) + Number(rest[8])) * MS_PER_TICK;
    return { state, group: Number(group), session: Number(session), cpuMs };
  } catch {
    return undefined;
  }
}
