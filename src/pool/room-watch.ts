import type { Log } from '../observe/logger.ts';
import type { Clock } from '../ports/clock.ts';

export interface RoomWatchDeps {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly log: Log;
  /** Asks for a fresh look at memory; called every second while somebody waits. */
  readonly hurry: () => void;
}

const LOOK_AGAIN_MS = 1_000;

/**
 * Tries again every second for as long as somebody waits, since measured memory tells nobody when it falls. The returned
 * function begins it; nothing happens where it goes on already, and nothing runs while nobody waits.
 */
export function roomWatch({ clock, hurry, log }: RoomWatchDeps, isWaiting: () => boolean, again: () => void) {
  let isWatching = false;
  const watch = async () => {
    while (isWaiting()) {
      try {
        hurry();
      } catch (error) {
        log.error({ event: 'capacity.hurry_failed', err: error }, 'memory could not be looked at');
      }
      await clock.sleep(LOOK_AGAIN_MS);
      again();
    }
  };
  return (): void => {
    if (isWatching) return;
    isWatching = true;
    void watch().finally(() => {
      isWatching = false;
    });
  };
}
