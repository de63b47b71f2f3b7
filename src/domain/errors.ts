export const errorCodes = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'sandbox_not_found',
  'conflict',
  'gone',
  'unsupported',
  'payload_too_large',
  'idempotency_mismatch',
  'quota_exceeded',
  'capacity_exhausted',
  'engine_unavailable',
  'storage_unavailable',
  'start_failed',
  'agent_unavailable',
  'disk_full',
  'not_found',
  'method_not_allowed',
  'unsupported_media_type',
  'range_not_satisfiable',
  'rate_limited',
  'not_implemented',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface SandboxErrorOptions {
  /** What the reader should do next, one sentence. */
  readonly hint?: string;
  /** Extra members of the problem document; must be fit to show. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** For the log only: never leaves the process. */
  readonly cause?: unknown;
}

/** The one error that crosses our layers. `message` is fit to show; `cause` never leaves the process. */
export class SandboxError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: SandboxErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SandboxError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

export function isSandboxError(error: unknown, code?: ErrorCode): error is SandboxError {
  return error instanceof SandboxError && (code === undefined || error.code === code);
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
