import type { Log } from '../observe/logger.ts';
import type { Clock } from '../ports/clock.ts';

export interface SlotEvictionDeps {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Log;
  /** Begins to close idle slots; how many MiB they will give back. */
  readonly evictSlots: (neededMb: number) => number;
}

/** Makes room out of idle slots, and asks for no slot twice. */
export interface SlotEviction {
  /** Asks for what is lacking beyond what is being given back already. Never throws. */
  ask(lackMb: number): void;
  /** A slot has left. */
  gaveBack(mb: number): void;
}

/** A close that takes longer is wedged, or was forgotten for one that mattered more: it is not counted on. */
const BELIEVED_MS = 10_000;

export function slotEviction({ clock, log, evictSlots }: SlotEvictionDeps): SlotEviction {
  let closingMb = 0;
  let askedAtMs = 0;
  return {
    ask(lackMb) {
      if (clock.monotonicMs() - askedAtMs >= BELIEVED_MS) closingMb = 0;
      const neededMb = lackMb - closingMb;
      if (neededMb <= 0) return;
      try {
        const mb = evictSlots(neededMb);
        if (mb === 0) return;
        closingMb += mb;
        askedAtMs = clock.monotonicMs();
      } catch (error) {
        log.error({ event: 'capacity.evict_failed', neededMb, err: error }, 'slots could not be evicted');
      }
    },
    gaveBack(mb) {
      closingMb = Math.max(0, closingMb - mb);
    },
  };
}
