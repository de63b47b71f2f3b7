import type { Log } from '../observe/logger.ts';
import type { CapacityStatus } from '../ports/capacity.ts';
import type { Clock } from '../ports/clock.ts';
import { type LargestWriterDeps, largestWriter } from './largest-writer.ts';

export interface FreeSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface DiskGuardDeps extends LargestWriterDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Of the engine's data root; undefined = it cannot be seen, and is not guarded. Bounded by who gives it. */
  readonly freeSpace: () => Promise<FreeSpace | undefined>;
  /** The disk is not full any more. */
  readonly onRoom: () => void;
  /** Called on each look. */
  readonly reserve?: { keep(): Promise<void> };
}

export interface DiskGuard {
  /** True from the look that found less than 10 % free to the one that finds more than 12 %, or can see nothing. */
  isFull(): boolean;
  /** null where nothing can be seen, and before the first look. */
  status(): CapacityStatus['disk'];
  /** Ends the looking. A stop under way goes on by itself. */
  close(): Promise<void>;
}

const EVERY_MS = 10_000;
const FULL_BELOW = 0.1;
const ROOM_ABOVE = 0.12;
const MIB = 2 ** 20;

/**
 * Where the storage driver holds no sandbox to its size: looks at once and then every 10 s, and while less than 10 % is
 * free, stops the sandbox that has written most, one at a time.
 */
export function diskGuard(deps: DiskGuardDeps): DiskGuard {
  const { clock, log } = deps;
  const closed = new AbortController();
  const writer = largestWriter(deps);
  let seen: FreeSpace | undefined;
  let isFull = false;

  const note = (space: FreeSpace | undefined) => {
    seen = space;
    const wasFull = isFull;
    isFull = space !== undefined && isFullNow(shareOf(space), wasFull);
    if (!wasFull || isFull) return;
    writer.forget();
    log.info({ event: 'disk.room', ...space }, 'the disk of the engine is not known to be full any more');
    deps.onRoom();
  };
  const look = async () => {
    try {
      const space = await deps.freeSpace();
      note(space !== undefined && space.totalBytes > 0 ? space : undefined);
      if (closed.signal.aborted || seen === undefined) return;
      if (shareOf(seen) < FULL_BELOW) writer.stop(shareOf(seen));
    } catch (error) {
      log.warn({ event: 'disk.look_failed', err: error }, 'the disk of the engine was not looked at');
    }
  };
  const run = async () => {
    while (!closed.signal.aborted) {
      await Promise.all([look(), deps.reserve?.keep()]);
      await clock.sleep(EVERY_MS, closed.signal).catch(() => undefined);
    }
  };
  const running = run();
  return {
    isFull: () => isFull,
    status: () =>
      seen === undefined ? null : { freeMb: inMb(seen.freeBytes), totalMb: inMb(seen.totalBytes), isGuarded: true },
    close() {
      closed.abort();
      return running;
    },
  };
}

function shareOf({ freeBytes, totalBytes }: FreeSpace): number {
  return freeBytes / totalBytes;
}

function isFullNow(freeShare: number, wasFull: boolean): boolean {
  return wasFull ? freeShare <= ROOM_ABOVE : freeShare < FULL_BELOW;
}

function inMb(bytes: number): number {
  return Math.floor(bytes / MIB);
}
