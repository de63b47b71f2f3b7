import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from '../http-deps.ts';

const NO_PAGE = "default-src 'none'; frame-ancestors 'none'";

/** Answers are data of this moment, unless they say otherwise: nothing keeps them, nothing takes them for a page. */
export const answerHeaders: MiddlewareHandler<HttpEnv> = async (c, next) => {
  await next();
  const { headers } = c.res;
  headers.set('X-Content-Type-Options', 'nosniff');
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', NO_PAGE);
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
};
