import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from '../http-deps.ts';

const POLICY = 'Content-Security-Policy';

/** Answers are data of this moment: nothing keeps them, nothing takes them for a page unless they say that they are. */
export const answerHeaders: MiddlewareHandler<HttpEnv> = async (c, next) => {
  await next();
  const { headers } = c.res;
  headers.set('X-Content-Type-Options', 'nosniff');
  if (!headers.has(POLICY)) headers.set(POLICY, "default-src 'none'; frame-ancestors 'none'");
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
};
