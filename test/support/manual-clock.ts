import type { Clock } from '../../src/ports/clock.ts';
import { START_MS } from './rows.ts';

export interface ManualClock extends Clock {
  /** Moves both clocks on and wakes whoever sleeps until then. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as an operator or NTP may. */
  jump(ms: number): void;
}

/** Time that stands still until it is moved. */
export function manualClock(): ManualClock {
  let wallMs = START_MS;
  let monotonicMs = 0;
  let sleepers: { readonly dueMs: number; readonly wake: () => void }[] = [];
  return {
    nowMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { dueMs: monotonicMs + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal.reason);
        });
      });
    },
    async advance(ms) {
      wallMs += ms;
      monotonicMs += ms;
      const due = sleepers.filter(({ dueMs }) => dueMs <= monotonicMs);
      sleepers = sleepers.filter(({ dueMs }) => dueMs > monotonicMs);
      for (const { wake } of due) wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
    jump(ms) {
      wallMs += ms;
    },
  };
}
