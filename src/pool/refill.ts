import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../observe/logger.ts';
import type { Clock } from '../ports/clock.ts';
import type { QuietTime } from './quiet-time.ts';
import { missingIn, rememberFailure, type SlotGroup, tierOf } from './slot-group.ts';
import type { HotSettings } from './use-window.ts';

export interface RefillDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly hot: HotSettings;
  readonly groups: () => Iterable<SlotGroup>;
  /** False for a group that must do with what it has for now. */
  readonly mayStart: (group: SlotGroup) => boolean;
  /** Starts of slots at a time. */
  readonly concurrency: number;
  /** Starts that somebody waits for go first. */
  readonly startsWaitedFor: () => number;
  readonly quiet: QuietTime;
  /** True when the slot's row is there; what becomes of it is told by the feed. */
  readonly start: (group: SlotGroup) => Promise<boolean>;
}

export interface Refill {
  /** Something may be missing. Answers at once. */
  ask(): void;
  /** Begins no more starts. */
  end(): void;
}

/** While starts are waited for, or a group must wait after a failure. */
const LOOK_AGAIN_MS = 100;

/** Brings every group to its target, a few starts at a time, floors of the configuration first. */
export function refill(deps: RefillDeps): Refill {
  const { clock, concurrency, hot, log, quiet } = deps;
  const over = new AbortController();
  let running = 0;
  let isWaiting = false;

  const later = async (ms: number) => {
    if (isWaiting) return;
    isWaiting = true;
    await clock.sleep(ms, over.signal).catch(() => undefined);
    isWaiting = false;
    ask();
  };
  const startOne = async (group: SlotGroup) => {
    running += 1;
    try {
      if (!(await deps.start(group))) rememberFailure(group, clock.monotonicMs());
    } catch (error) {
      rememberFailure(group, clock.monotonicMs());
      log.warn({ event: 'pool.start_failed', error: errorMessage(error) }, 'a slot could not be started');
    } finally {
      running -= 1;
      ask();
    }
  };
  const ask = () => {
    while (!over.signal.aborted && running < concurrency) {
      const isLacking = (group: SlotGroup) => missingIn(group, hot) > 0 && deps.mayStart(group);
      const lacking = [...deps.groups()].filter(isLacking).sort(floorsFirst);
      if (lacking.length === 0) return;
      const waitMs = quiet.leftMs();
      if (waitMs > 0) return void later(waitMs);
      const next = lacking.find(({ notBeforeMs }) => notBeforeMs <= clock.monotonicMs());
      if (next === undefined || deps.startsWaitedFor() >= concurrency) return void later(LOOK_AGAIN_MS);
      void startOne(next);
    }
  };
  return { ask, end: () => over.abort() };
}

/** Those with the least part of their target first. */
function floorsFirst(one: SlotGroup, other: SlotGroup): number {
  const rank = (group: SlotGroup) => (tierOf(group) === 'permanent' ? 0 : 1);
  const share = ({ floor, ready, starting }: SlotGroup) => (ready.length + starting.size) / Math.max(floor, 1);
  return rank(one) - rank(other) || share(one) - share(other);
}
