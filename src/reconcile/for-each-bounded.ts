/** Runs `work` for each item, at most `width` at a time; rejects with the first error after all have come to an end. */
export async function forEachBounded<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const runner = async () => {
    for (const item of queue) await work(item);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, runner));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
