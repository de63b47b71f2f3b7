import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until it holds, for at most `longestMs`; answers whether it does. */
export async function until(holds: () => boolean | Promise<boolean>, longestMs = 15_000): Promise<boolean> {
  const endMs = performance.now() + longestMs;
  while (performance.now() < endMs) {
    if (await holds()) return true;
    await sleep(20);
  }
  return holds();
}
