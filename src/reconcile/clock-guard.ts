import type { Clock } from '../ports/clock.ts';

/** Tells whether the wall clock may be believed: a jump would expire everything at once, or nothing for ever. */
export interface ClockGuard {
  /** Call before each deadline scan. False while the clock is not to be believed. */
  isTrusted(): boolean;
}

const JUMP_MS = 30_000;
const SETTLE_MS = 5 * 60_000;

/**
 * The wall clock jumped when it advanced by over 30 s more or less than the monotonic clock since the last look. Then
 * scans pause until it agrees with the time before the jump again, or 5 minutes have passed.
 */
export function clockGuard(clock: Clock, onJump: (jumpMs: number) => void): ClockGuard {
  let offsetMs = clock.nowMs() - clock.monotonicMs();
  let jumpedAtMs: number | undefined;
  return {
    isTrusted() {
      const nowOffsetMs = clock.nowMs() - clock.monotonicMs();
      const jumpMs = nowOffsetMs - offsetMs;
      if (Math.abs(jumpMs) <= JUMP_MS) {
        // Slow corrections by NTP are followed.
        offsetMs = nowOffsetMs;
        jumpedAtMs = undefined;
        return true;
      }
      if (jumpedAtMs === undefined) {
        jumpedAtMs = clock.monotonicMs();
        onJump(jumpMs);
      }
      if (clock.monotonicMs() - jumpedAtMs < SETTLE_MS) return false;
      offsetMs = nowOffsetMs;
      jumpedAtMs = undefined;
      return true;
    },
  };
}
