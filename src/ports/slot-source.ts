import type { NormalisedStart } from '../domain/spec.ts';

/** `permanent`: a floor of the configuration. `hot`: used often of late. `cold`: made on demand. */
export type SlotTier = 'permanent' | 'hot' | 'cold';

/** A warm container that nobody owns, out of the pool for one claim. */
export interface TakenSlot {
  /** The id that the sandbox will have. */
  readonly id: string;
  readonly signature: string;
  readonly tier: SlotTier;
}

/** Containers that run already. All calls answer at once: the pool does its work elsewhere. */
export interface SlotSource {
  /**
   * The slot that has been ready longest among those whose containers agree with the start in all that cannot be changed;
   * undefined where none is, which counts as a miss. A use either way.
   */
  take(start: NormalisedStart): TakenSlot | undefined;
  /** Nothing was written about it: it is ready again, first in line. */
  putBack(slot: TakenSlot): void;
  /** It was not warm any more, or did not take its sandbox over; so many milliseconds after the take. */
  discard(slot: TakenSlot, durationMs: number): void;
  /** It serves its sandbox: a hit, whose answer came so many milliseconds after the take. */
  claimed(slot: TakenSlot, durationMs: number): void;
  /** A start found the sandbox it wanted by its reuse key: a use like any other. */
  reused(start: NormalisedStart): void;
}
