import { constants, openSync, readSync } from 'node:fs';
import type { KilledProcess, MemoryKills } from '../../ports/memory-kills.ts';

/** A record is at most this long, and comes whole with each read (kernel: Documentation/ABI/testing/dev-kmsg). */
const RECORD_BYTES = 8192;
/** Records that are read at a time; what is left is read the next time. */
const MOST_RECORDS = 20_000;
/** Containers whose kills are remembered. */
const KEPT = 1_000;

/** Reads the log of this machine's kernel, each record once; needs CAP_SYSLOG where the kernel restricts it. */
export function kernelLog(file = '/dev/kmsg'): MemoryKills {
  const kills = killsByContainer();
  let opened: number | undefined;
  const buffer = Buffer.alloc(RECORD_BYTES);
  const readNew = () => {
    opened ??= openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    for (let records = 0; records < MOST_RECORDS; records += 1) {
      const record = nextRecord(opened, buffer);
      if (record === undefined) return;
      kills.take(record);
    }
  };
  return {
    lastIn(containerId) {
      try {
        readNew();
      } catch {
        return undefined; // not permitted, or no such log on this system
      }
      return kills.lastIn(containerId);
    },
  };
}

/** undefined at the end; '' for one that was overwritten before it was read. */
function nextRecord(opened: number, buffer: Buffer): string | undefined {
  try {
    const length = readSync(opened, buffer, 0, buffer.length, null);
    return length === 0 ? undefined : buffer.toString('latin1', 0, length);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EPIPE') return '';
    if (code === 'EAGAIN') return undefined;
    throw error;
  }
}

const CHOICE =
  /^oom-kill:constraint=CONSTRAINT_MEMCG,.*?,oom_memcg=\S*?([0-9a-f]{64})(?:\.scope)?,task_memcg=.*,task=.*,pid=(\d+),uid=\d+$/;
const KILL =
  /^Memory cgroup out of memory: Killed process (\d+) \((.*)\) total-vm:\d+kB, anon-rss:(\d+)kB, file-rss:\d+kB, shmem-rss:(\d+)kB/;

/** The kernel says first whose memory is used up, then what it killed. */
export function killsByContainer() {
  const last = new Map<string, KilledProcess>();
  let choice: { readonly containerId: string; readonly pid: string } | undefined;
  return {
    /** A record as /dev/kmsg has it: `priority,number,time,flags;text`. */
    take(record: string): void {
      const [, priority = '', text = ''] = /^(\d+),[^;]*;(.*)/.exec(record) ?? [];
      // Facility 0 is the kernel's own: programs may write to this log too.
      if (priority === '' || Number(priority) >> 3 !== 0) return;
      const [, containerId = '', pid = ''] = CHOICE.exec(text) ?? [];
      if (containerId !== '') choice = { containerId, pid };
      const [, killed, name = '', anonymousKib, sharedKib] = KILL.exec(text) ?? [];
      if (killed === undefined || choice?.pid !== killed) return;
      last.delete(choice.containerId);
      last.set(choice.containerId, { name, ownBytes: (Number(anonymousKib) + Number(sharedKib)) * 1024 });
      const [oldest] = last.keys();
      if (last.size > KEPT && oldest !== undefined) last.delete(oldest);
    },
    lastIn: (containerId: string) => last.get(containerId),
  };
}
