/** One task at a time per key, in the order of asking. A task that throws lets the next one run. */
export interface KeyLock {
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
  isHeld(key: string): boolean;
  /** Keys that are held or waited for. */
  readonly size: number;
}

export function keyLock(): KeyLock {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(key, task) {
      const before = tails.get(key) ?? Promise.resolve();
      const result = before.then(task, task);
      const tail = result.catch(() => undefined);
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return result;
    },
    isHeld: (key) => tails.has(key),
    get size() {
      return tails.size;
    },
  };
}
