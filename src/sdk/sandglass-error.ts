import type { Problem } from './wire.ts';

/**
 * Codes of the service, and three of the client: `unreachable` (no answer came), `timeout` (none within `timeoutMs`),
 * `unexpected_answer` (somebody else answered, such as a proxy).
 */
export type SandglassErrorCode = Problem['code'] | 'unreachable' | 'timeout' | 'unexpected_answer';

interface SandglassErrorOptions {
  readonly status?: number | undefined;
  readonly hint?: string | undefined;
  readonly requestId?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** What every call of the client throws, but for an abort of the caller's own signal, which throws its reason. */
export class SandglassError extends Error {
  readonly code: SandglassErrorCode;
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** What to do next, where the service knows. */
  readonly hint: string | undefined;
  /** Names the request in the service's log. */
  readonly requestId: string | undefined;
  /** Further members of the problem document: `errors`, `state`, `accepts`, `exitCode`, `logTail` ... */
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number | undefined;

  constructor(code: SandglassErrorCode, message: string, options: SandglassErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SandglassError';
    this.code = code;
    this.status = options.status;
    this.hint = options.hint;
    this.requestId = options.requestId;
    this.details = options.details ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }
}
