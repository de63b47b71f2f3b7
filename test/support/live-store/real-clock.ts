import type { Clock } from '../../../src/ports/clock.ts';

export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const give = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      const abort = () => give(() => reject(signal?.reason));
      const timer = setTimeout(() => give(resolve), ms);
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) abort();
    }),
};

/** Waits until `isSo` holds; throws what it was waiting for when that takes longer than `boundMs`. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, boundMs = 5_000): Promise<void> {
  const deadlineMs = realClock.monotonicMs() + boundMs;
  while (!(await isSo())) {
    if (realClock.monotonicMs() > deadlineMs) throw new Error(`not within ${boundMs} ms: ${what}`);
    await realClock.sleep(10);
  }
}
