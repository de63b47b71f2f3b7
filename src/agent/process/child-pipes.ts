import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { type FifoEnds, openFifo } from './fifo-ends.ts';
import type { FifoPool } from './fifo-pool.ts';

/** A process, and the agent's side of what it writes. */
export interface ChildPipes {
  readonly child: ChildProcess;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface ChildPipesWish {
  readonly fifos: FifoPool;
  /** uid of the process. */
  readonly owner: number;
  /** False: it reads an empty stdin. */
  readonly hasStdin: boolean;
}

/**
 * Starts a process whose output goes into real pipes: Node gives sockets, which cannot be opened again as /dev/stderr
 * or /proc/self/fd/2 (ENXIO). With sockets where there are no pipes. Its stdin is a socket always: opening a FIFO whose
 * last writer has gone waits for another one for ever, other than opening a pipe (fifo_open in Linux's fs/pipe.c).
 * Throws what `start` throws.
 */
export async function startWithPipes(
  { fifos, owner, hasStdin }: ChildPipesWish,
  start: (stdio: StdioOptions) => ChildProcess,
): Promise<ChildPipes> {
  const stdin = hasStdin ? 'pipe' : 'ignore';
  const paths = await fifos.take(2);
  const ends = paths && openBoth(paths, owner);
  if (ends === undefined) {
    if (paths !== undefined) fifos.discard();
    return socketsOf(start([stdin, 'pipe', 'pipe']));
  }
  const [out, err] = ends;
  try {
    const child = start([stdin, out.writeEnd, err.writeEnd]);
    return { child, stdout: reader(out), stderr: reader(err) };
  } catch (error) {
    for (const { readEnd } of ends) closeSync(readEnd);
    throw error;
  } finally {
    // The process has its own copies.
    for (const { writeEnd } of ends) closeSync(writeEnd);
  }
}

/** undefined when somebody inside has touched them. */
function openBoth([outPath = '', errPath = '']: readonly string[], owner: number) {
  const opened: FifoEnds[] = [];
  try {
    const out = openFifo(outPath, owner);
    opened.push(out);
    return [out, openFifo(errPath, owner)] as const;
  } catch {
    for (const { readEnd, writeEnd } of opened) for (const file of [readEnd, writeEnd]) closeSync(file);
    return undefined;
  }
}

function reader({ readEnd }: FifoEnds): Readable {
  return new Socket({ fd: readEnd, readable: true, writable: false });
}

function socketsOf(child: ChildProcess): ChildPipes {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('The process has no pipes.');
  return { child, stdout, stderr };
}
