import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

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

function setMark(): { takeBack(): void } | undefined {
  let file: number | undefined;
  try {
    const own = readFileSync(FILE, 'latin1').trim();
    file = openSync(FILE, 'w');
    writeSync(file, FIRST);
    const open = file;
    return {
      takeBack() {
        writeSync(open, own);
        closeSync(open);
      },
    };
  } catch {
    if (file !== undefined) closeSync(file);
    return undefined;
  }
}
