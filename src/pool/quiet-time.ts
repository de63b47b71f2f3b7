import type { Clock } from '../ports/clock.ts';

export interface QuietTime {
  /** Something happened that wants no work beside it. */
  disturb(): void;
  /** Milliseconds until work may begin; 0 = now. */
  leftMs(): number;
}

/** Work waits until it was quiet for `quietMs`, but never longer than `longestMs` in all. */
export function quietTime(
  clock: Pick<Clock, 'monotonicMs'>,
  { quietMs, longestMs }: { readonly quietMs: number; readonly longestMs: number },
): QuietTime {
  let firstMs = Number.NEGATIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    disturb() {
      const nowMs = clock.monotonicMs();
      if (nowMs - lastMs >= quietMs) firstMs = nowMs;
      lastMs = nowMs;
    },
    leftMs() {
      const nowMs = clock.monotonicMs();
      return Math.max(0, Math.min(lastMs + quietMs, firstMs + longestMs) - nowMs);
    },
  };
}
