/** The codes of the Connect protocol that the agent answers with. */
export type AgentErrorCode =
  | 'invalid_argument'
  | 'unauthenticated'
  | 'permission_denied'
  | 'not_found'
  | 'already_exists'
  | 'failed_precondition'
  | 'resource_exhausted'
  | 'out_of_range'
  | 'deadline_exceeded'
  | 'unimplemented'
  | 'unavailable'
  | 'aborted'
  | 'internal';

export const httpStatusOf: Readonly<Record<AgentErrorCode, number>> = {
  invalid_argument: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  failed_precondition: 409,
  resource_exhausted: 507,
  out_of_range: 416,
  deadline_exceeded: 504,
  unimplemented: 501,
  unavailable: 502,
  aborted: 410,
  internal: 500,
};

/** What a caller of the agent is told; `message` is fit to show. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  /** Where the HTTP status is not the one of the code. */
  readonly status: number;

  constructor(
    code: AgentErrorCode,
    message: string,
    options: { readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AgentError';
    this.code = code;
    this.status = options.status ?? httpStatusOf[code];
  }
}

/** The same error for callers, whatever was thrown: an errno of the system calls becomes its code. */
export function agentErrorOf(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AgentError(ERRNO_CODES[errnoOf(error)] ?? 'internal', message, { cause: error });
}

/** The errno of what a system call threw; empty for anything else. */
export function errnoOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return 'errno' in error && error.errno === -QUOTA_EXCEEDED ? 'EDQUOT' : String(error.code);
}

/** EDQUOT of Linux, for which Node has no name: "Unknown system error -122". */
const QUOTA_EXCEEDED = 122;

const ERRNO_CODES: Readonly<Record<string, AgentErrorCode>> = {
  ENOENT: 'not_found',
  ENOTDIR: 'invalid_argument',
  EISDIR: 'invalid_argument',
  EINVAL: 'invalid_argument',
  ENAMETOOLONG: 'invalid_argument',
  ELOOP: 'invalid_argument',
  EEXIST: 'already_exists',
  ENOTEMPTY: 'failed_precondition',
  EBUSY: 'failed_precondition',
  EACCES: 'permission_denied',
  EPERM: 'permission_denied',
  EROFS: 'permission_denied',
  ENOSPC: 'resource_exhausted',
  EDQUOT: 'resource_exhausted',
  EMFILE: 'resource_exhausted',
  ENOMEM: 'resource_exhausted',
  EAGAIN: 'resource_exhausted',
};
