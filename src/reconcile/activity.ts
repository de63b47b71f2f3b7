import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../observe/logger.ts';
import type { Activity } from '../ports/activity.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveStore } from '../ports/live-store.ts';

export interface ActivityDeps {
  readonly live: LiveStore;
  readonly clock: Clock;
  readonly log: Log;
}

const LEAST_GAP_MS = 1_000;
/** Sandboxes whose last touch is remembered; those that were quiet longest are forgotten first. */
const MOST_REMEMBERED = 10_000;

/** Last activity goes to the live store, from which it is flushed to SQL. */
export function liveActivity({ live, clock, log }: ActivityDeps): Activity {
  const touchedMs = new Map<string, number>();
  return {
    touch(id, incarnation) {
      const nowMs = clock.monotonicMs();
      const lastMs = touchedMs.get(id);
      if (lastMs !== undefined && nowMs - lastMs < LEAST_GAP_MS) return;
      touchedMs.delete(id);
      touchedMs.set(id, nowMs);
      if (touchedMs.size > MOST_REMEMBERED) {
        for (const oldest of touchedMs.keys()) {
          touchedMs.delete(oldest);
          break;
        }
      }
      live.touch(id, incarnation, clock.nowMs()).catch((error: unknown) => {
        log.debug({ event: 'activity.lost', sandboxId: id, error: errorMessage(error) }, 'activity not written');
      });
    },
  };
}
