import type { Log } from '../observe/logger.ts';

export interface LargestWriterDeps {
  readonly log: Log;
  /** What each live sandbox has written. Bounded by who gives it. */
  readonly writtenBytes: () => Promise<readonly Written[]>;
  /** Stops it for `disk_full` with this message, and comes back when that is done. Bounded by who gives it. */
  readonly stopForDisk: (id: string, message: string) => Promise<void>;
}

export interface Written {
  readonly id: string;
  readonly bytes: number;
}

export interface LargestWriter {
  /** Begins to stop the sandbox that has written most, unless one is being stopped. `freeShare` is of the disk, 0 to 1. */
  stop(freeShare: number): void;
  /** The disk has space again: what was said may be said again the next time. */
  forget(): void;
}

const MIB = 2 ** 20;
/** Who has written less did not fill the disk. */
const FEWEST_BYTES = 16 * MIB;

export function largestWriter({ log, writtenBytes, stopForDisk }: LargestWriterDeps): LargestWriter {
  let isStopping = false;
  let isSaid = false;

  const stopLargest = async (free: string) => {
    const largest = mostOf(await writtenBytes());
    if (largest === undefined || largest.bytes < FEWEST_BYTES) {
      if (isSaid) return;
      isSaid = true;
      const fields = { event: 'disk.full', free, sandboxId: largest?.id, writtenBytes: largest?.bytes };
      log.warn(fields, 'the disk of the engine is nearly full, and not by what sandboxes wrote');
      return;
    }
    const { id, bytes } = largest;
    log.warn(
      { event: 'disk.full', free, sandboxId: id, writtenBytes: bytes },
      'stopping the sandbox that has written most: the disk of the engine is nearly full',
    );
    const written = `${Math.round(bytes / MIB)} MiB`;
    await stopForDisk(
      id,
      `The disk of the engine was nearly full (${free} free), and this sandbox had written most (${written}).`,
    );
  };
  return {
    stop(freeShare) {
      if (isStopping) return;
      isStopping = true;
      void stopLargest(`${Math.floor(freeShare * 100)} %`)
        .catch((error: unknown) => {
          log.warn({ event: 'disk.stop_failed', err: error }, 'no sandbox could be stopped; the next look tries again');
        })
        .finally(() => {
          isStopping = false;
        });
    },
    forget() {
      isSaid = false;
    },
  };
}

function mostOf(all: readonly Written[]): Written | undefined {
  let most: Written | undefined;
  for (const one of all) if (most === undefined || one.bytes > most.bytes) most = one;
  return most;
}
