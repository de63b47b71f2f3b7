import type { Clock } from '../ports/clock.ts';
import type { MemoryReading } from './memory-pressure.ts';

export interface PressureWatchDeps {
  readonly read: () => MemoryReading;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** The last that is known of memory. */
export interface PressureWatch {
  /** Reads it now: files of the kernel, so never on the path of a claim. */
  look(): MemoryReading;
  /** Costs nothing; undefined before the first look. */
  last(): MemoryReading | undefined;
  /** Since the last look, milliseconds; undefined before the first. */
  ageMs(): number | undefined;
}

export function pressureWatch({ read, clock }: PressureWatchDeps): PressureWatch {
  let seen: { readonly reading: MemoryReading; readonly atMs: number } | undefined;
  return {
    look() {
      seen = { reading: read(), atMs: clock.monotonicMs() };
      return seen.reading;
    },
    last: () => seen?.reading,
    ageMs: () => (seen === undefined ? undefined : clock.monotonicMs() - seen.atMs),
  };
}
