import { releaseBuffer } from './release-buffer.ts';

export type StreamName = 'stdout' | 'stderr' | 'pty';

/** Bytes that a process wrote at once. */
export interface Chunk {
  /** Place among all events of the process: its start is 0, then one number after the other over all streams. */
  readonly seq: number;
  readonly stream: StreamName;
  readonly data: Buffer;
  /** What its stream has cost so far, this chunk included. */
  readonly endCost: number;
}

/** The newest output of a process, each stream bounded by itself. Plain fields: accessors would make it twice as large. */
export interface OutputLog {
  /** Number of the newest chunk; 0 = none yet. */
  readonly lastSeq: number;
  /** Number of the newest chunk that is no longer kept; 0 = none. */
  readonly trimmedSeq: number;
  /** What it holds at present. */
  readonly keptBytes: number;
  /** The bytes are its own from then on: what nobody took is freed as it is forgotten. */
  push(stream: StreamName, data: Buffer): void;
  /** The oldest kept chunk after that number; undefined when there is none. */
  next(seq: number): Chunk | undefined;
  /** What the streams have cost up to and including that number. */
  costAt(seq: number): StreamCosts;
}

export type StreamCosts = Readonly<Record<StreamName, number>>;

/** What a chunk weighs at least: a process that writes byte by byte must not fill the heap with their wrappers. */
const LEAST_COST_BYTES = 64;
/** Below it, data moves into Node's shared slabs instead of keeping an allocation of its own. */
const SLAB_BYTES = 2048;

export function outputLog(limitBytes: number): OutputLog {
  const streams: Record<StreamName, Ring> = { stdout: ring(), stderr: ring(), pty: ring() };
  const log = {
    lastSeq: 0,
    trimmedSeq: 0,
    keptBytes: 0,
    push(stream: StreamName, data: Buffer): void {
      const kept = streams[stream];
      const others = log.keptBytes - keptBytesOf(kept);
      log.lastSeq += 1;
      kept.cost += Math.max(data.length, LEAST_COST_BYTES);
      const own = data.length < SLAB_BYTES ? Buffer.from(data) : data;
      kept.chunks.push({ seq: log.lastSeq, stream, data: own, endCost: kept.cost, isTaken: false });
      log.trimmedSeq = Math.max(log.trimmedSeq, trim(kept, limitBytes));
      log.keptBytes = others + keptBytesOf(kept);
    },
    next(seq: number): Chunk | undefined {
      const first = Object.values(streams).map(({ chunks, head }) => chunks[firstAfter(chunks, head, seq)]);
      const next = first.reduce((best, chunk) => (best && (!chunk || best.seq < chunk.seq) ? best : chunk));
      if (next !== undefined) next.isTaken = true;
      return next;
    },
    costAt: (seq: number): StreamCosts => ({
      stdout: costAt(streams.stdout, seq),
      stderr: costAt(streams.stderr, seq),
      pty: costAt(streams.pty, seq),
    }),
  };
  return log;
}

interface KeptChunk extends Chunk {
  /** Somebody may hold its bytes. */
  isTaken: boolean;
}

interface Ring {
  readonly chunks: KeptChunk[];
  /** Index of the oldest kept chunk: those before it are cut off in bulk. */
  head: number;
  cost: number;
}

function ring(): Ring {
  return { chunks: [], head: 0, cost: 0 };
}

const SHIFT_AT = 512;

/** Forgets what is over the limit; answers the newest number forgotten, else 0. */
function trim(kept: Ring, limitBytes: number): number {
  let forgotten = 0;
  for (;;) {
    const oldest = kept.chunks[kept.head];
    const isOver = oldest !== undefined && kept.cost - startCost(oldest) > limitBytes;
    if (!isOver || kept.head === kept.chunks.length - 1) break;
    forgotten = oldest.seq;
    // The slot goes on for a while, its bytes must not.
    kept.chunks[kept.head] = { ...oldest, data: NOTHING };
    if (!oldest.isTaken) releaseBuffer(oldest.data);
    kept.head += 1;
  }
  if (kept.head >= SHIFT_AT) {
    kept.chunks.splice(0, kept.head);
    kept.head = 0;
  }
  return forgotten;
}

const NOTHING = Buffer.alloc(0);

function startCost({ endCost, data }: Chunk): number {
  return endCost - Math.max(data.length, LEAST_COST_BYTES);
}

function keptBytesOf({ chunks, head, cost }: Ring): number {
  const oldest = chunks[head];
  return oldest === undefined ? 0 : cost - startCost(oldest);
}

function costAt(kept: Ring, seq: number): number {
  const next = kept.chunks[firstAfter(kept.chunks, kept.head, seq)];
  return next === undefined ? kept.cost : startCost(next);
}

/** Index of the first chunk after that number, from `head` on; the length when there is none. */
function firstAfter(chunks: readonly Chunk[], head: number, seq: number): number {
  let low = head;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chunks[middle]?.seq ?? Number.POSITIVE_INFINITY) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
