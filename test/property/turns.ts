import type { Scheduler } from 'fast-check';
import type { Clock } from '../../src/ports/clock.ts';
import { START_MS } from '../support/rows.ts';

/** Waits for its turn, where the scheduler gives turns. */
export type Turn = (name: string) => Promise<void> | undefined;

/** A whole run takes a few hundred; what takes this many goes round in circles. */
const MOST_TURNS = 5_000;

/** Lets the scheduler choose who goes on until `work` is done; throws when that cannot come to pass. */
export async function untilDone(s: Scheduler, what: string, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => undefined);
  for (let turns = 0; ; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (s.count() === 0) break;
    if (turns === MOST_TURNS) throw new Error(`${what}: goes round in circles, no end after ${turns} turns`);
    await s.waitOne();
  }
  if (!isDone) throw new Error(`${what}: never comes to its end, nothing is left that could move it`);
  await done;
}

/** Short sleeps take their turn, long ones (a caller's patience, a stop's grace) are never over. */
export function turnClock(turn: Turn): Clock {
  let passedMs = 0;
  return {
    nowMs: () => START_MS + passedMs,
    monotonicMs: () => passedMs,
    sleep(ms, signal) {
      passedMs += ms < 1_000 ? ms : 0;
      return new Promise((resolve, reject) => {
        const abort = () => reject(signal?.reason);
        signal?.addEventListener('abort', abort, { once: true });
        if (signal?.aborted) abort();
        else if (ms < 1_000) {
          const over = turn(`sleeps ${ms} ms`) ?? Promise.resolve();
          over.finally(() => signal?.removeEventListener('abort', abort)).then(resolve, reject);
        }
      });
    },
  };
}
