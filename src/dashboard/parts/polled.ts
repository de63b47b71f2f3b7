import { useEffect, useState } from 'preact/hooks';
import { errorMessage } from './error-text.ts';
import { pause, untilSeen } from './seen.ts';

export interface Polled<T> {
  /** The last good answer; undefined before the first. */
  readonly value: T | undefined;
  /** Why the newest try failed; null = it did not. */
  readonly error: string | null;
}

interface Polling<T> {
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** Between an answer and the next question; null = it is asked once. */
  readonly everyMs: number | null;
  /** Asked anew at once, and its old answer kept until then, when this changes. */
  readonly key: string;
}

/** Asks again and again while the page is seen. */
export function usePolled<T>({ ask, everyMs, key }: Polling<T>): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ value: undefined, error: null });
  // `ask` is made anew by each drawing; the key says when it differs.
  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    const run = async () => {
      while (!signal.aborted) {
        try {
          const value = await ask(signal);
          if (!signal.aborted) setPolled({ value, error: null });
        } catch (error) {
          if (!signal.aborted) setPolled((before) => ({ ...before, error: errorMessage(error) }));
        }
        if (everyMs === null) return;
        await pause(everyMs, signal);
        await untilSeen(signal);
      }
    };
    void run();
    return () => left.abort();
  }, [key, everyMs]);
  return polled;
}
