import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { type FifoEnds, openFifo } from './fifo-ends.ts';
import type { FifoPool } from './fifo-pool.ts';

/** The agent's side of a process's pipes. */
export interface ChildPipes {
  readonly child: ChildProcess;
  readonly stdin: Writable | null;
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

const OUTPUT_MODE = 0o622;
const INPUT_MODE = 0o644;

/**
 * Starts a process with real pipes: Node gives sockets, which cannot be opened again as /dev/stderr or /proc/self/fd/2
 * (ENXIO, socket(7)). With sockets where there are none. Throws what `start` throws.
 */
export async function startWithPipes(
  { fifos, owner, hasStdin }: ChildPipesWish,
  start: (stdio: StdioOptions) => ChildProcess,
): Promise<ChildPipes> {
  const paths = await fifos.take(hasStdin ? 3 : 2);
  const ends = paths && openAll(paths, owner);
  if (ends === undefined) return socketsOf(start([hasStdin ? 'pipe' : 'ignore', 'pipe', 'pipe']));
  const [out, err, input] = ends;
  const theirs = [out.writeEnd, err.writeEnd, ...(input === undefined ? [] : [input.readEnd])];
  try {
    const child = start([input?.readEnd ?? 'ignore', out.writeEnd, err.writeEnd]);
    const stdin = input === undefined ? null : new Socket({ fd: input.writeEnd, readable: false, writable: true });
    // As Node does with its own: who is left behind does not keep the agent's end.
    child.once('exit', () => stdin?.destroy());
    return { child, stdin, stdout: reader(out), stderr: reader(err) };
  } catch (error) {
    for (const file of [out.readEnd, err.readEnd, ...(input === undefined ? [] : [input.writeEnd])]) closeSync(file);
    throw error;
  } finally {
    for (const file of theirs) closeSync(file);
  }
}

type AllEnds = readonly [out: FifoEnds, err: FifoEnds, input?: FifoEnds];

/** undefined when somebody inside has touched them. */
function openAll([outPath = '', errPath = '', inPath]: readonly string[], owner: number): AllEnds | undefined {
  const opened: FifoEnds[] = [];
  const open = (path: string, mode: number) => {
    const ends = openFifo(path, { owner, mode });
    opened.push(ends);
    return ends;
  };
  try {
    const out = open(outPath, OUTPUT_MODE);
    const err = open(errPath, OUTPUT_MODE);
    return inPath === undefined ? [out, err] : [out, err, open(inPath, INPUT_MODE)];
  } catch {
    for (const { readEnd, writeEnd } of opened) for (const file of [readEnd, writeEnd]) closeSync(file);
    return undefined;
  }
}

function reader({ readEnd }: FifoEnds): Readable {
  return new Socket({ fd: readEnd, readable: true, writable: false });
}

function socketsOf(child: ChildProcess): ChildPipes {
  const { stdin, stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('The process has no pipes.');
  return { child, stdin, stdout, stderr };
}
