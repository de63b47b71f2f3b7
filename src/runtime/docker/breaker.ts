import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';

/** Whether the engine answers at all, asked by a ping: one wedged container's timeouts do not make the others wait. */
export interface EngineBreaker {
  /** Resolves when calls may be sent; rejects within milliseconds while the engine is known not to answer. */
  pass(): Promise<void>;
  /** A ping by a caller: its outcome counts. Rejects within milliseconds while the engine is known not to answer. */
  ask(): Promise<void>;
  /** A call got no answer: asks the engine, and opens when it does not answer either. */
  doubt(): void;
}

const HALF_OPEN_AFTER_MS = 1_000;

/** `ping` rejects when the engine cannot be reached or takes too long. */
export function engineBreaker(ping: () => Promise<void>): EngineBreaker {
  const policy = circuitBreaker(handleAll, { halfOpenAfter: HALF_OPEN_AFTER_MS, breaker: new ConsecutiveBreaker(1) });
  let verdict: Promise<void> | undefined;
  return {
    async pass() {
      await verdict;
      if (policy.state !== CircuitState.Closed) await policy.execute(ping);
    },
    ask: () => policy.execute(ping),
    doubt() {
      if (policy.state !== CircuitState.Closed) return;
      verdict ??= policy
        .execute(ping)
        .catch(() => {})
        .finally(() => {
          verdict = undefined;
        });
    },
  };
}
