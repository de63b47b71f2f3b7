import type { Clock } from '../../src/ports/clock.ts';
import { systemClock } from '../../src/runtime/host/system-clock.ts';

export interface ShiftingClock extends Clock {
  /** Moves both clocks on by so much; sleeps stay as long as they are. */
  advance(ms: number): void;
  /** Moves the wall clock alone. */
  jump(ms: number): void;
}

/** The machine's time, moved on at will: deadlines of days are tested in milliseconds. */
export function shiftingClock(): ShiftingClock {
  let advancedMs = 0;
  let jumpedMs = 0;
  return {
    nowMs: () => systemClock.nowMs() + advancedMs + jumpedMs,
    monotonicMs: () => systemClock.monotonicMs() + advancedMs,
    sleep: systemClock.sleep,
    advance(ms) {
      advancedMs += ms;
    },
    jump(ms) {
      jumpedMs += ms;
    },
  };
}
