import { type ManualClock, manualClock } from './manual-clock.ts';

export interface CountedClock extends ManualClock {
  /** Sleeps that have neither ended nor been aborted. */
  readonly sleeping: number;
}

/** A manual clock that shows whether somebody left a timer behind. */
export function countedClock(): CountedClock {
  const clock = manualClock();
  let sleeping = 0;
  return {
    ...clock,
    get sleeping() {
      return sleeping;
    },
    async sleep(ms, signal) {
      sleeping += 1;
      try {
        await clock.sleep(ms, signal);
      } finally {
        sleeping -= 1;
      }
    },
  };
}
