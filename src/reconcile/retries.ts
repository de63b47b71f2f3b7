import type { Clock } from '../ports/clock.ts';

/** Work to be tried again, each with its own backoff: 250 ms doubled to 10 s, plus up to a quarter of jitter. */
export interface Retries {
  /** Schedules the next attempt for `id` and answers when it is; that of the one scheduled already when there is one. */
  later(id: string): number;
  /** Forgets the backoff, so that the next failure starts from the beginning. */
  forget(id: string): void;
  close(): void;
}

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

export function retries(
  clock: Pick<Clock, 'nowMs'>,
  attempt: (id: string) => void,
  random: () => number = Math.random,
): Retries {
  const failures = new Map<string, number>();
  const timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly atMs: number }>();
  return {
    later(id) {
      const scheduled = timers.get(id);
      if (scheduled !== undefined) return scheduled.atMs;
      const count = failures.get(id) ?? 0;
      failures.set(id, count + 1);
      const delayMs = Math.min(FIRST_MS * 2 ** Math.min(count, 10), LONGEST_MS) * (1 + random() / 4);
      const timer = setTimeout(() => {
        timers.delete(id);
        attempt(id);
      }, delayMs);
      timer.unref();
      const atMs = clock.nowMs() + Math.round(delayMs);
      timers.set(id, { timer, atMs });
      return atMs;
    },
    forget(id) {
      failures.delete(id);
      clearTimeout(timers.get(id)?.timer);
      timers.delete(id);
    },
    close() {
      for (const { timer } of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
