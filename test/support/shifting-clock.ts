import type { Clock } from '../../src/ports/clock.ts';
import { systemClock } from '../../src/runtime/host/system-clock.ts';

export interface ShiftingClock extends Clock {
  /** Moves both clocks on by so much; sleeps do not notice. */
  advance(ms: number): void;
  /** Moves the wall clock alone. */
  jump(ms: number): void;
}

/** The machine's time, moved on at will: deadlines of days are tested in milliseconds. Sleeps may be made shorter. */
export function shiftingClock(sleepScale = 1): ShiftingClock {
  let advancedMs = 0;
  let jumpedMs = 0;
  return {
    nowMs: () => systemClock.nowMs() + advancedMs + jumpedMs,
    monotonicMs: () => systemClock.monotonicMs() + advancedMs,
    sleep: (ms, signal) => systemClock.sleep(ms * sleepScale, signal),
    advance(ms) {
      advancedMs += ms;
    },
    jump(ms) {
      jumpedMs += ms;
    },
  };
}
