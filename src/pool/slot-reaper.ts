import type { Log } from '../observe/logger.ts';
import type { Clock } from '../ports/clock.ts';
import type { IdleSlot, JanitorSettings, Reap, ReapReason } from './janitor-policy.ts';

export interface SlotReaperDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Pick<JanitorSettings, 'closeConcurrency' | 'closeTimeoutMs'>;
  /** The slots that could be claimed now. */
  readonly idleSlots: () => readonly IdleSlot[];
  /** Takes the slot out of the pool and removes it. Aborted when it takes too long, or at the end. */
  readonly closeSlot: (id: string, signal: AbortSignal) => Promise<void>;
  readonly onReaped: (slot: IdleSlot, why: ReapReason) => void;
}

export interface SlotReaper {
  /**
   * Closes these in their order, a few at a time; those of the call before that have not begun are forgotten. None of them
   * may be closing already.
   */
  reap(reaps: readonly Reap[]): void;
  /** Slots whose close has begun and not ended, wedged ones too. */
  closing(): readonly IdleSlot[];
  /** Begins no more, and aborts what is under way without waiting for it. */
  end(): void;
}

interface Close {
  readonly slot: IdleSlot;
  readonly call: AbortController;
  /** Ends the wait for its time limit. */
  readonly timer: AbortController;
}

/** Closes slots beside everything else: no call waits, and a wedged close keeps its place until its time limit only. */
export function slotReaper(deps: SlotReaperDeps): SlotReaper {
  const { closeConcurrency, closeTimeoutMs } = deps.settings;
  const closes = new Map<string, Close>();
  let ahead: readonly Reap[] = [];
  let placesTaken = 0;

  const fillPlaces = () => {
    while (placesTaken < closeConcurrency) {
      const [next, ...others] = ahead;
      if (next === undefined) return;
      ahead = others;
      placesTaken += 1;
      void keepPlace(next).finally(() => {
        placesTaken -= 1;
        fillPlaces();
      });
    }
  };

  /** Until the close has ended, or has had its time. */
  const keepPlace = async (reap: Reap) => {
    const close: Close = { slot: reap.slot, call: new AbortController(), timer: new AbortController() };
    closes.set(reap.slot.id, close);
    const ended = closeOne(deps, reap, close.call.signal).finally(() => {
      closes.delete(reap.slot.id);
      close.timer.abort();
    });
    const isLate = deps.clock.sleep(closeTimeoutMs, close.timer.signal).then(
      () => true,
      () => false,
    );
    if (!(await Promise.race([ended.then(() => false), isLate]))) return;
    close.call.abort(new Error(`the slot was not closed within ${closeTimeoutMs} ms`));
    deps.log.warn(
      { event: 'pool.close_late', sandboxId: reap.slot.id, closeTimeoutMs },
      'closing a slot takes too long',
    );
  };

  return {
    reap(reaps) {
      ahead = reaps;
      fillPlaces();
    },
    closing: () => [...closes.values()].map(({ slot }) => slot),
    end() {
      ahead = [];
      for (const { call, timer } of closes.values()) {
        call.abort(new Error('the janitor has ended'));
        timer.abort();
      }
    },
  };
}

/** Never throws. A slot that was claimed meanwhile is left alone. */
async function closeOne(deps: SlotReaperDeps, { slot, why }: Reap, signal: AbortSignal): Promise<void> {
  const { id, tier, signature, createdAtMs } = slot;
  try {
    if (!deps.idleSlots().some((idle) => idle.id === id)) return;
    await deps.closeSlot(id, signal);
    const fields = { tier, signature: signature.slice(0, 8), why, ageMs: deps.clock.nowMs() - createdAtMs };
    deps.log.info({ event: 'pool.reaped', sandboxId: id, ...fields }, 'a slot was closed');
    deps.onReaped(slot, why);
  } catch (error) {
    // It was aborted, which whoever did so knows.
    if (signal.aborted) return;
    deps.log.warn({ event: 'pool.close_failed', sandboxId: id, err: error }, 'a slot could not be closed');
  }
}
