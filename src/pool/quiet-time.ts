import type { Clock } from '../ports/clock.ts';

export interface QuietTime {
  /** Something happened that wants no work beside it. */
  disturb(): void;
  /** Milliseconds until work may begin; 0 = now. */
  leftMs(): number;
}

export interface QuietTimeOptions {
  readonly quietMs: number;
  readonly longestMs: number;
  /** Whether something goes on that wants no work beside it: it is not quiet then. Asked before a disturbance is counted. */
  readonly isBusy?: () => boolean;
}

/** Work waits until it was quiet for `quietMs`, but never longer than `longestMs` in all. */
export function quietTime(
  clock: Pick<Clock, 'monotonicMs'>,
  { quietMs, longestMs, isBusy = () => false }: QuietTimeOptions,
): QuietTime {
  let firstMs = Number.NEGATIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    disturb() {
      const nowMs = clock.monotonicMs();
      if (nowMs - lastMs >= quietMs && !isBusy()) firstMs = nowMs;
      lastMs = nowMs;
    },
    leftMs() {
      const nowMs = clock.monotonicMs();
      const sinceMs = isBusy() ? nowMs : lastMs;
      return Math.max(0, Math.min(sinceMs + quietMs, firstMs + longestMs) - nowMs);
    },
  };
}
