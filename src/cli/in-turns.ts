/** Does it to each of them, so many at once, in their order; rejects with the first that does. */
export async function inTurns<T>(items: Iterable<T>, atOnce: number, one: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items].values();
  const worker = async () => {
    for (const item of waiting) await one(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
