import { DialError, type DialFailure } from './dial.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { Target } from './target.ts';

/** What a client is told when there is no answer from inside. */
export function dialRefusal(error: unknown, { id, port }: Target): Refusal {
  const failure = error instanceof DialError ? error.failure : 'upstream_failed';
  return { ...refusal(failure, WORDS[failure](port), id), port };
}

const WORDS: Readonly<Record<DialFailure, (port: number) => string>> = {
  port_closed: (port) => `The sandbox is running but nothing listens on port ${port}`,
  connect_timeout: (port) => `Port ${port} of the sandbox did not take the connection in time`,
  upstream_failed: (port) => `Port ${port} of the sandbox ended the connection without an answer`,
};
