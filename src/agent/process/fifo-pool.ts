import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { MakeFifos } from './make-fifos.ts';

/** Named pipes made in advance, since making some takes a program. */
export interface FifoPool {
  /**
   * Paths of pipes that nobody else has or gets: the caller removes their names. Waits for new ones when there are too
   * few; undefined where none can be made.
   */
  take(count: number): Promise<readonly string[] | undefined>;
  /** Makes the first ones. */
  fill(): void;
  /** Forgets all, because somebody has touched them. */
  discard(): void;
}

export interface FifoPoolDeps {
  readonly make: MakeFifos;
  /** Where they may lie, best first. */
  readonly places?: readonly string[];
  /** Told once, when none can be made. */
  readonly warn: (message: string) => void;
}

/** In memory; and where every image has something. */
const PLACES = ['/dev/shm', '/tmp'];
const BATCH = 64;
const FEW = 12;
/** Processes do not wait for another try before that. */
const RETRY_MS = 10_000;

/** The folder is root's alone, and goes with the agent. Paths that are not used yet have no memory of a pipe. */
export function fifoPool({ make, places = PLACES, warn }: FifoPoolDeps): FifoPool {
  let ready: string[] = [];
  let folder: string | undefined;
  let made = 0;
  let making: Promise<void> | undefined;
  let wanted = 0;
  let failedMs: number | undefined;
  let isTold = false;

  const drop = () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
    ready = [];
  };
  process.once('exit', drop);
  const batch = async () => {
    let failure: unknown;
    // The folder that served so far, then new ones.
    for (const place of [undefined, ...places]) {
      try {
        const at = place === undefined ? folder : mkdtempSync(join(place, '.sandglass-pipes-'));
        if (at === undefined) continue;
        if (at !== folder) drop();
        folder = at;
        const paths = Array.from({ length: BATCH + wanted }, () => join(at, String(made++)));
        await make(paths);
        ready.push(...paths);
        failedMs = undefined;
        return;
      } catch (error) {
        failure = error;
      }
    }
    drop();
    failedMs = performance.now();
    if (!isTold) warn(`processes get sockets for pipes, because none can be made: ${String(failure)}`);
    isTold = true;
  };
  const refill = () => {
    making ??= batch().finally(() => {
      making = undefined;
    });
    return making;
  };
  return {
    fill: () => void refill(),
    discard: drop,
    async take(count) {
      const isHopeless = failedMs !== undefined && performance.now() - failedMs < RETRY_MS;
      wanted += count;
      // Others may have taken what the batch under way brings.
      for (let tries = 0; tries < 3 && ready.length < count && !isHopeless; tries += 1) await refill();
      wanted -= count;
      if (ready.length < count) return undefined;
      const paths = ready.splice(0, count);
      // The process that these are for is started first.
      if (ready.length < FEW) setImmediate(refill);
      return paths;
    },
  };
}
