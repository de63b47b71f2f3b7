import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const FILE = '/proc/self/oom_score_adj';
/** The most there is (proc(5)): whatever it uses, such a process goes before one without it. */
const FIRST = '1000';

/**
 * Starts a process that is killed for memory before the agent is: the kernel takes the largest process, and many small
 * ones would leave the agent as that. It has the mark from its first moment on, since children inherit it; `start` must
 * fork before it returns. Where the mark cannot be set, the process is started without.
 */
export function killedFirst<T>(start: () => T): T {
  const mark = setMark();
  try {
    return start();
  } finally {
    mark?.takeBack();
  }
}

interface Mark {
  takeBack(): void;
}

let opened: number | undefined;
const value = Buffer.alloc(16);

/** The file stays open, since each process needs it. */
function setMark(): Mark | undefined {
  try {
    opened ??= openSync(FILE, 'r+');
    const file = opened;
    const own = value.toString('latin1', 0, readSync(file, value, 0, value.length, 0)).trim();
    writeSync(file, FIRST, 0);
    return { takeBack: () => void writeSync(file, own, 0) };
  } catch {
    if (opened !== undefined) closeSync(opened);
    opened = undefined;
    return undefined;
  }
}
