import type { MiddlewareHandler } from 'hono';
import type { HttpDeps, HttpEnv } from '../http-deps.ts';

const GIVEN_ID = /^[A-Za-z0-9._-]{1,128}$/;
/** https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** Gives each request its id, taken from the caller where it is fit for a log, and says it in the answer. */
export function requestFacts({ operations: { clock, ids } }: Pick<HttpDeps, 'operations'>): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const given = c.req.header('x-request-id') ?? '';
    const requestId = GIVEN_ID.test(given) ? given : `req_${ids.hex(8)}`;
    c.set('facts', {
      requestId,
      traceId: TRACEPARENT.exec(c.req.header('traceparent') ?? '')?.[1] ?? null,
      beganMs: clock.monotonicMs(),
      route: null,
      operation: null,
      keyId: null,
      tenant: null,
      sandboxId: null,
      incarnation: null,
      failure: undefined,
    });
    await next();
    c.res.headers.set('X-Request-Id', requestId);
  };
}
