import { type JanitorSettings, nextLookMs, pausedToStop, policyFor, toClose } from './janitor-policy.ts';
import type { PressureWatch } from './pressure-watch.ts';
import { type SlotReaper, type SlotReaperDeps, slotReaper } from './slot-reaper.ts';

export interface JanitorDeps extends SlotReaperDeps {
  readonly pressure: Pick<PressureWatch, 'look' | 'last'>;
  readonly settings: JanitorSettings;
  /** Whether a create waits for room; asked once a second. */
  readonly hasWaiting: () => boolean;
  /** Stops up to so many sandboxes, those paused longest first; how many it stopped. Not called again before it ends. */
  readonly stopLongestPaused: (count: number) => Promise<number>;
}

export interface Janitor {
  /** Ends it at once; closes under way are aborted, not waited for. Calling twice is safe. */
  close(): Promise<void>;
}

/**
 * Closes what the pool need not keep, for as long as it is not closed. It sleeps first and then reads memory, so that it
 * never decides by a reading as old as its sleep. What goes wrong is logged.
 */
export function startJanitor(deps: JanitorDeps): Janitor {
  const stop = new AbortController();
  const reaper = slotReaper(deps);
  const pass = janitorPass(deps, reaper);
  const ended = run(deps, pass, stop.signal);
  return {
    close() {
      stop.abort();
      reaper.end();
      return ended;
    },
  };
}

async function run(deps: JanitorDeps, pass: () => number, stop: AbortSignal): Promise<void> {
  const { settings } = deps;
  let sleepMs = settings.urgentEveryMs;
  while (!stop.aborted) {
    try {
      await sleepUntilDue(deps, sleepMs, stop);
      // It may have been closed in the very moment that it awoke.
      if (!stop.aborted) sleepMs = pass();
    } catch (error) {
      if (stop.aborted) return;
      deps.log.error(
        { event: 'pool.janitor_failed', err: error },
        'a pass of the janitor failed; the next one tries again',
      );
      sleepMs = settings.calm.everyMs;
    }
  }
}

/** Sleeps in short spans, since a create may begin to wait during a long one. Rejects when aborted. */
async function sleepUntilDue(deps: JanitorDeps, spanMs: number, stop: AbortSignal): Promise<void> {
  const { clock, settings } = deps;
  const dueMs = clock.monotonicMs() + spanMs;
  for (let leftMs = spanMs; leftMs > 0; leftMs = dueMs - clock.monotonicMs()) {
    await clock.sleep(Math.min(settings.urgentEveryMs, leftMs), stop);
    if (deps.hasWaiting()) return;
  }
}

/** One look and what follows from it, waiting for nothing; milliseconds until the next. */
function janitorPass(deps: JanitorDeps, reaper: SlotReaper): () => number {
  const { clock, settings, pressure } = deps;
  const relieve = pausedRelief(deps);
  let recycledAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const before = pressure.last();
    const now = pressure.look();
    // Urgent looks come so soon that the slot made for one recycled by the look before may not be there yet.
    const mayRecycleFloors = clock.monotonicMs() - recycledAtMs >= settings.calm.everyMs;
    if (mayRecycleFloors) recycledAtMs = clock.monotonicMs();
    const moment = { nowMs: clock.nowMs(), closing: reaper.closing(), mayRecycleFloors };
    reaper.reap(toClose(deps.idleSlots(), policyFor(now.ratio, settings), moment));
    relieve(pausedToStop(now.ratio, settings));
    return nextLookMs({ now, before, hasWaiting: deps.hasWaiting() }, settings);
  };
}

/** Asks for paused sandboxes to be stopped, one request at a time. */
function pausedRelief(deps: JanitorDeps): (count: number) => void {
  let isAsked = false;
  const ask = async (count: number) => {
    try {
      const stopped = await deps.stopLongestPaused(count);
      if (stopped > 0) deps.log.info({ event: 'pool.paused_stopped', count: stopped }, 'memory is short');
    } catch (error) {
      deps.log.warn({ event: 'pool.stop_paused_failed', err: error }, 'a paused sandbox could not be stopped');
    } finally {
      isAsked = false;
    }
  };
  return (count) => {
    if (count === 0 || isAsked) return;
    isAsked = true;
    void ask(count);
  };
}
