/** Time as the service sees it; tests bring their own. */
export interface Clock {
  /** Wall clock, epoch milliseconds. */
  nowMs(): number;
  /** Milliseconds that never go back or jump; only differences mean something. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
