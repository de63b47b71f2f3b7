import { signal } from '@preact/signals';
import { clockSkewMs } from './api/clock-skew.ts';

const EVERY_MS = 1_000;

/** Epoch milliseconds by the service's clock, moved on every second: what counts down follows it. */
export const nowMs = signal(Date.now());

export function startClock(): void {
  setInterval(() => {
    nowMs.value = Date.now() + clockSkewMs.peek();
  }, EVERY_MS);
}
