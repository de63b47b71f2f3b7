import type { Output } from './output.ts';
import { spanWords } from './time-words.ts';

const TICK_MS = 1_000;

/** Says on a terminal what is waited for, and for how long already. */
export async function whileSaying<T>(output: Output, what: () => string, work: Promise<T>): Promise<T> {
  const beganMs = performance.now();
  const tick = () => output.status(`${what()} ${spanWords((performance.now() - beganMs) / 1_000)}`);
  const timer = setInterval(tick, TICK_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    output.status('');
  }
}
