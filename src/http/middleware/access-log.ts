import type { MiddlewareHandler } from 'hono';
import { errorMessage, isSandboxError } from '../../domain/errors.ts';
import type { Log } from '../../observe/logger.ts';
import { shownError } from '../error-response.ts';
import type { HttpDeps, HttpEnv, RequestFacts } from '../http-deps.ts';
import { hundredths } from '../hundredths.ts';
import type { RequestCounts } from '../request-counts.ts';

const ROUTINE = ['GET', 'HEAD', 'OPTIONS'];

/** One line and one observation per request: what was asked, of what, and how it ended. */
export function accessLog(
  deps: Pick<HttpDeps, 'log' | 'onRequest' | 'operations'>,
  requests: RequestCounts,
): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next();
    const facts = c.get('facts');
    const { method } = c.req;
    const { status } = c.res;
    const durationMs = deps.operations.clock.monotonicMs() - facts.beganMs;
    const { beganMs: _beganMs, failure: _failure, tenant, ...told } = facts;
    const route = facts.route ?? 'unmatched';
    deps.onRequest(route, method, status, durationMs);
    requests.note({ tenant, method, route, status, durationMs });
    const outcome = facts.failure === undefined ? 'ok' : shownError(facts.failure).code;
    const line = { event: 'http.request', method, status, outcome, durationMs: hundredths(durationMs), ...told };
    deps.log[levelOf(facts, method, status)]({ ...line, ...causeOf(facts.failure) }, `${method} ${facts.route ?? ''}`);
  };
}

function levelOf({ failure }: RequestFacts, method: string, status: number): keyof Log {
  if (failure !== undefined && shownError(failure).code === 'internal') return 'error';
  if (status >= 500) return 'warn';
  return ROUTINE.includes(method) ? 'debug' : 'info';
}

/** What the caller is not told. */
function causeOf(failure: unknown): object {
  if (isSandboxError(failure) && failure.code !== 'internal') {
    return failure.cause === undefined ? {} : { cause: errorMessage(failure.cause) };
  }
  if (failure === undefined) return {};
  return { error: errorMessage(failure), stack: failure instanceof Error ? failure.stack : undefined };
}
