import type { CallOptions, PullProgress } from '../ports/container-runtime.ts';

type Listener = (progress: PullProgress) => void;
type Pull = (image: string, onProgress: Listener, signal: AbortSignal) => Promise<string>;

interface PullUnderWay {
  readonly result: Promise<string>;
  readonly listeners: Set<Listener>;
  readonly controller: AbortController;
  waiters: number;
}

export interface JoinedPulls {
  /** Joins a pull of the same image under way; the last waiter who leaves ends it. */
  pull(image: string, onProgress?: Listener, options?: CallOptions): Promise<string>;
  /** Ends all of them. */
  close(reason: Error): void;
}

export function joinedPulls(pull: Pull): JoinedPulls {
  const underWay = new Map<string, PullUnderWay>();

  const begin = (image: string): PullUnderWay => {
    const listeners = new Set<Listener>();
    const controller = new AbortController();
    const tell = (progress: PullProgress) => {
      for (const listener of listeners) listener(progress);
    };
    // Begins when the first listener is in place, so that it hears everything.
    const result = Promise.resolve()
      .then(() => pull(image, tell, controller.signal))
      .finally(() => forget(image, joined));
    const joined: PullUnderWay = { result, listeners, controller, waiters: 0 };
    result.catch(() => {});
    underWay.set(image, joined);
    return joined;
  };
  const forget = (image: string, joined: PullUnderWay) => {
    if (underWay.get(image) === joined) underWay.delete(image);
  };

  return {
    async pull(image, onProgress, options) {
      options?.signal?.throwIfAborted();
      const joined = underWay.get(image) ?? begin(image);
      // Each waiter has its own entry, also when two pass the same function.
      const listener: Listener = (progress) => onProgress?.(progress);
      joined.listeners.add(listener);
      joined.waiters++;
      try {
        return await orAborted(joined.result, options?.signal);
      } finally {
        joined.listeners.delete(listener);
        joined.waiters--;
        if (joined.waiters === 0) {
          forget(image, joined);
          joined.controller.abort(new DOMException('nobody waits for this pull', 'AbortError'));
        }
      }
    },
    close(reason) {
      for (const joined of underWay.values()) joined.controller.abort(reason);
    },
  };
}

/** The promise, or the signal's reason when it is aborted first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
