import type { SandglassError } from './sandglass-error.ts';

const MOST_ATTEMPTS = 4;
const FIRST_DELAY_MS = 200;
/** A service that asks for more patience than this is told on to the caller. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * Milliseconds until the next attempt; undefined when there should be none. A call that the service refused with 429 or
 * 503 has changed nothing; one whose connection broke may have, so that it is sent again only when it is repeatable.
 * A full quota is not waited for: it takes somebody to stop a sandbox.
 */
export function retryDelayMs(error: SandglassError, attempt: number, isRepeatable: boolean): number | undefined {
  if (attempt >= MOST_ATTEMPTS) return undefined;
  const isRefused = (error.status === 429 && error.code !== 'quota_exceeded') || error.status === 503;
  if (!isRefused && !(error.code === 'unreachable' && isRepeatable)) return undefined;
  const retryAfterMs = error.retryAfterMs ?? 0;
  if (retryAfterMs > LONGEST_RETRY_AFTER_MS) return undefined;
  return retryAfterMs + jittered(FIRST_DELAY_MS * 2 ** (attempt - 1));
}

/** Between half and all of it, so that clients that failed together do not return together. */
function jittered(delayMs: number): number {
  return delayMs * (0.5 + Math.random() / 2);
}
