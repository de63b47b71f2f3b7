import type { Clock } from '../ports/clock.ts';
import type { PoolStatus } from '../ports/pool-view.ts';

export interface FirstFillDeps {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly status: () => Pick<PoolStatus, 'isOn' | 'belowFloor'>;
}

/** The time until all floors are warm once; a service is not ready before. */
export interface FirstFill {
  begin(): void;
  /** The pool has looked at its images: from now on `belowFloor` can be believed. */
  floorsAreKnown(): void;
  /** A slot is ready: to be called for each, because a floor may be full for a moment only. */
  look(): void;
  /** Also when it takes too long; stays so. */
  isOver(): boolean;
}

const LONGEST_MS = 60_000;

export function firstFill({ clock, status }: FirstFillDeps): FirstFill {
  let beganMs = Number.POSITIVE_INFINITY;
  let areKnown = false;
  let isOver = false;
  const look = () => {
    if (isOver) return true;
    const { belowFloor, isOn } = status();
    const isLate = clock.monotonicMs() - beganMs >= LONGEST_MS;
    isOver = isLate || !isOn || (areKnown && belowFloor.length === 0);
    return isOver;
  };
  return {
    begin() {
      beganMs = clock.monotonicMs();
    },
    floorsAreKnown() {
      areKnown = true;
      look();
    },
    look,
    isOver: look,
  };
}
