import { SandboxError } from '../../domain/errors.ts';
import { errorHeaders, shownError, statusOf } from '../error-response.ts';
import type { HttpContext } from '../http-deps.ts';

const E2B_PATHS = /^\/(v[23]\/)?(sandboxes|templates|snapshots|volumes|volumecontent|secrets|teams)(\/|$)/;

/** Whether the path belongs to E2B's control plane, and its errors have E2B's shape. */
export function isE2bPath(path: string): boolean {
  return E2B_PATHS.test(path);
}

/** The only place where an error becomes an answer in E2B's shape: `{ code, message }`, with the status as code. */
export function e2bErrorResponse(c: HttpContext, error: unknown): Response {
  const facts = c.get('facts');
  facts.failure = error;
  const shown = shownError(error);
  const isGone = shown.code === 'gone' || shown.code === 'sandbox_not_found';
  const code = isGone ? 404 : statusOf(shown.code);
  const message = isGone && facts.sandboxId !== null ? notThere(facts.sandboxId) : shown.message;
  return c.json({ code, message }, code, errorHeaders(shown));
}

function notThere(id: string): string {
  return `Sandbox "${id}" doesn't exist or you don't have access to it`;
}

/** What E2B has and this service has not answers 501, so that nobody takes it for a sandbox that is not there. */
export function notServed(feature: string): SandboxError {
  return new SandboxError('not_implemented', `${feature} is not supported by this service yet.`, {
    details: { feature },
  });
}
