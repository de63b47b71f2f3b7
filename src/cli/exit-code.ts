import type { SandglassErrorCode } from '../sdk/index.ts';

/** What each exit code says; listed in docs/cli.md. */
export const exitCodes = {
  done: { code: 0, meaning: 'Done.' },
  failed: {
    code: 1,
    meaning: 'Something is wrong: a bug, an answer that makes no sense, or a check of `doctor` failed.',
  },
  usage: { code: 2, meaning: 'A wrong argument or setting. Nothing was done.' },
  not_found: { code: 3, meaning: 'There is no such thing, or there is none any more.' },
  not_allowed: { code: 4, meaning: 'The API key is missing, unknown, or may not do that.' },
  conflict: { code: 5, meaning: 'It does not accept that in its present state.' },
  limit: { code: 6, meaning: 'A quota, a rate or a capacity is used up.' },
  unavailable: { code: 7, meaning: 'The service, its engine or its storage cannot be reached now.' },
  start_failed: { code: 8, meaning: 'A sandbox could not be started.' },
  unsupported: { code: 9, meaning: 'This runtime, engine or release cannot do that.' },
} as const;

type Outcome = keyof typeof exitCodes;

export const outcomeOf: Readonly<Record<SandglassErrorCode, Outcome>> = {
  invalid_request: 'usage',
  unauthenticated: 'not_allowed',
  forbidden: 'not_allowed',
  sandbox_not_found: 'not_found',
  conflict: 'conflict',
  gone: 'not_found',
  unsupported: 'unsupported',
  payload_too_large: 'usage',
  idempotency_mismatch: 'usage',
  quota_exceeded: 'limit',
  capacity_exhausted: 'limit',
  engine_unavailable: 'unavailable',
  storage_unavailable: 'unavailable',
  start_failed: 'start_failed',
  agent_unavailable: 'unavailable',
  disk_full: 'limit',
  not_found: 'not_found',
  method_not_allowed: 'usage',
  unsupported_media_type: 'usage',
  range_not_satisfiable: 'usage',
  rate_limited: 'limit',
  not_implemented: 'unsupported',
  internal: 'failed',
  unreachable: 'unavailable',
  timeout: 'unavailable',
  unexpected_answer: 'failed',
};

/** For what a command threw. Errors of the service itself and of the client have the same codes. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return exitCodes[isErrorCode(code) ? outcomeOf[code] : 'failed'].code;
}

function isErrorCode(code: unknown): code is SandglassErrorCode {
  return typeof code === 'string' && Object.hasOwn(outcomeOf, code);
}
