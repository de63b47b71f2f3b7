import type { Problem } from '../contract/problem.ts';
import { type ErrorCode, errorCodes, SandboxError } from '../domain/errors.ts';
import { problemOf } from './error-response.ts';

type Told = readonly [detail: string, more?: { readonly hint?: string; readonly details?: object }];

const id = 'k3v9x0q2m7b1c8d4e5f6';

/** Of each code one, with the members that come with it. */
const TOLD: Readonly<Record<ErrorCode, Told>> = {
  invalid_request: [
    'resources.cpus: must be at most 16',
    {
      hint: 'Correct the fields listed in errors and send it again.',
      details: { errors: [{ path: 'resources.cpus', message: 'must be at most 16' }] },
    },
  ],
  unauthenticated: ['This call needs an API key.', { hint: 'Send it as X-API-Key or as Authorization: Bearer.' }],
  forbidden: ['This call needs an admin key.', { hint: 'Ask an administrator of this installation.' }],
  sandbox_not_found: [`There is no sandbox ${id}.`, { hint: 'Ids are listed by GET /v1/sandboxes.' }],
  not_found: ['There is no template "ruby".', { details: { resource: 'template' } }],
  method_not_allowed: ['/v1/batch does not know GET.', { details: { allow: ['POST', 'OPTIONS'] } }],
  conflict: [
    `Sandbox ${id} is running: it does not accept delete now.`,
    {
      hint: 'Stop it first, or delete it with ?force=true.',
      details: { state: 'running', accepts: ['stop', 'pause', 'delete?force=true'] },
    },
  ],
  gone: [`Sandbox ${id} was deleted.`, { hint: 'Start a new one.', details: { state: 'deleted', accepts: [] } }],
  payload_too_large: ['The body is larger than 1048576 bytes.', { details: { limitBytes: 1_048_576 } }],
  unsupported_media_type: ['The body must be JSON, not compressed.', { hint: 'Send Content-Type: application/json.' }],
  range_not_satisfiable: ['The file has 18 bytes.', { details: { sizeBytes: 18 } }],
  idempotency_mismatch: ['That key came with another body before.', { hint: 'Use a new key for a new request.' }],
  quota_exceeded: [
    'The quota of sandboxes is used up: 20 of 20.',
    {
      hint: 'Stop or delete a sandbox first, or ask for a larger quota.',
      details: { bound: 'sandboxes', limit: 20, used: 20 },
    },
  ],
  rate_limited: ['Too many requests.'],
  internal: [
    'The service failed while it answered this request.',
    { hint: 'Its log names the cause under this requestId.' },
  ],
  not_implemented: ['This is not built yet.'],
  unsupported: ['The runtime "gvisor" cannot pause.', { details: { runtime: 'gvisor' } }],
  start_failed: [
    'It ended with code 3 before it ran.',
    { details: { id, reason: 'start_failed', exitCode: 3, logTail: 'no such file\n' } },
  ],
  agent_unavailable: ['The agent inside broke off.', { hint: 'Try again in a moment.' }],
  capacity_exhausted: ['There is no memory left for 512 MiB more.', { details: { cause: 'memory_reserved' } }],
  engine_unavailable: ['The engine cannot be reached.', { hint: 'Look at the engine (sandglass doctor).' }],
  storage_unavailable: ['The database does not answer.', { hint: 'Try again in a moment.' }],
  disk_full: ['No space is left inside the sandbox.'],
};

/** By code, as answers carry them. */
export function problemExamples(): Readonly<Record<string, Problem>> {
  return Object.fromEntries(errorCodes.map((code) => [code, exampleOf(code)]));
}

/** Where a document shows them. */
export function problemReferences(codes: readonly ErrorCode[]): Record<string, { $ref: string }> {
  return Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
}

function exampleOf(code: ErrorCode): Problem {
  const [detail, { hint, details = {} } = {}] = TOLD[code];
  const error = new SandboxError(code, detail, { details: { ...details }, ...(hint === undefined ? {} : { hint }) });
  // What an answer says of an unforeseen error is said by problemOf itself.
  return problemOf(error, 'req_5f2c1e0a9b3d4c6e');
}
