import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, unlinkSync } from 'node:fs';

/** Both ends of a pipe, as files of the agent; who has them closes them. */
export interface FifoEnds {
  readonly readEnd: number;
  readonly writeEnd: number;
}

const { O_RDONLY, O_WRONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
/** Whoever inherits the end may open it again for writing, after `su` too. */
const MODE = 0o622;

/**
 * Opens a named pipe that `owner` (uid) will write into, and removes its name. Throws when something else lies there by
 * now.
 */
export function openFifo(path: string, owner: number): FifoEnds {
  const opened: number[] = [];
  const open = (flags: number) => {
    const file = openSync(path, flags | O_NOFOLLOW);
    opened.push(file);
    return file;
  };
  try {
    // fifo(7): so it waits for no writer, and then the writer does not wait for a reader.
    const readEnd = open(O_RDONLY | O_NONBLOCK);
    if (!fstatSync(readEnd).isFIFO()) throw new Error(`${path} is no pipe.`);
    const writeEnd = open(O_WRONLY);
    fchmodSync(readEnd, MODE);
    giveTo(readEnd, owner);
    unlinkSync(path);
    return { readEnd, writeEnd };
  } catch (error) {
    for (const file of opened) closeSync(file);
    throw error;
  }
}

/** A container may be without CAP_CHOWN: the mode is enough for writing. */
function giveTo(file: number, owner: number): void {
  try {
    if (owner !== process.getuid?.()) fchownSync(file, owner, -1);
  } catch {
    return;
  }
}
