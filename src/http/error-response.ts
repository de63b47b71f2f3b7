import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Problem, WireErrorCode } from '../contract/problem.ts';
import { workingStates } from '../domain/decide.ts';
import { type ErrorCode, isSandboxError, SandboxError } from '../domain/errors.ts';
import type { HttpContext } from './http-deps.ts';

interface Answer {
  readonly status: ContentfulStatusCode;
  readonly title: string;
}

/** Total over the domain's codes, and the contract has no others. */
const ANSWERS: Readonly<Record<ErrorCode, Answer>> = {
  invalid_request: { status: 400, title: 'Invalid request' },
  unauthenticated: { status: 401, title: 'Not authenticated' },
  forbidden: { status: 403, title: 'Forbidden' },
  sandbox_not_found: { status: 404, title: 'Sandbox not found' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'Conflict' },
  gone: { status: 410, title: 'Gone' },
  payload_too_large: { status: 413, title: 'Payload too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  range_not_satisfiable: { status: 416, title: 'Range not satisfiable' },
  idempotency_mismatch: { status: 422, title: 'Idempotency key used with another request' },
  quota_exceeded: { status: 429, title: 'Quota exceeded' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Internal error' },
  not_implemented: { status: 501, title: 'Not implemented' },
  unsupported: { status: 501, title: 'Not supported here' },
  start_failed: { status: 502, title: 'Start failed' },
  agent_unavailable: { status: 502, title: 'Agent unavailable' },
  capacity_exhausted: { status: 503, title: 'No capacity left' },
  engine_unavailable: { status: 503, title: 'Engine unavailable' },
  storage_unavailable: { status: 503, title: 'Storage unavailable' },
  disk_full: { status: 507, title: 'Disk full' },
} satisfies Record<WireErrorCode, Answer>;

const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  quota_exceeded: 10,
  rate_limited: 1,
  capacity_exhausted: 5,
  engine_unavailable: 5,
  storage_unavailable: 2,
};

export function statusOf(code: ErrorCode): ContentfulStatusCode {
  return ANSWERS[code].status;
}

export function titleOf(code: ErrorCode): string {
  return ANSWERS[code].title;
}

/** The same error as callers may see it: what nobody foresaw is `internal`, with a fixed text. */
export function shownError(error: unknown): SandboxError {
  if (isSandboxError(error) && error.code !== 'internal') return error;
  return new SandboxError('internal', 'The service failed while it answered this request.', {
    hint: 'Its log names the cause under this requestId.',
  });
}

/** RFC 9457. */
export function problemOf(error: unknown, requestId: string): Problem {
  const { code, details, hint, message } = shownError(error);
  const { status, title } = ANSWERS[code];
  const own = { type: `urn:sandglass:problem:${code}`, title, status, detail: message, code };
  return { ...own, ...(hint === undefined ? {} : { hint }), requestId, ...without(details, own) };
}

/** Members of ours win over details of the same name. */
function without(details: Readonly<Record<string, unknown>>, own: object): Record<string, unknown> {
  const taken = [...Object.keys(own), 'hint', 'requestId'];
  return Object.fromEntries(Object.entries(details).filter(([name]) => !taken.includes(name)));
}

/** The only place where an error becomes an answer. */
export function errorResponse(c: HttpContext, error: unknown): Response {
  const facts = c.get('facts');
  facts.failure = error;
  const shown = shownError(error);
  const problem = problemOf(shown, facts.requestId);
  const headers = { 'Content-Type': 'application/problem+json', ...errorHeaders(shown) };
  return c.body(JSON.stringify(problem), ANSWERS[shown.code].status, headers);
}

/** What an error says by headers: when to ask again, where the row is, which methods there are. */
export function errorHeaders({ code, details }: SandboxError): Record<string, string> {
  const { id, state, allow, sizeBytes } = details;
  const headers: Record<string, string> = {};
  const isWorking = code === 'conflict' && workingStates.some((one) => one === state);
  const retryAfter = isWorking ? 1 : RETRY_AFTER_SECONDS[code];
  if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter);
  const isFailedStart = code === 'start_failed' || code === 'disk_full';
  if (isFailedStart && typeof id === 'string') headers['Location'] = `/v1/sandboxes/${id}`;
  if (code === 'unauthenticated') headers['WWW-Authenticate'] = 'Bearer realm="sandglass"';
  if (code === 'method_not_allowed' && Array.isArray(allow)) headers['Allow'] = allow.join(', ');
  if (code === 'range_not_satisfiable' && typeof sizeBytes === 'number')
    headers['Content-Range'] = `bytes */${sizeBytes}`;
  return headers;
}
