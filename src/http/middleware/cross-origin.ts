import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { HttpEnv } from '../http-deps.ts';

const ASKED = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Range',
  'Last-Event-ID',
  'Range',
  'X-API-Key',
  'X-Request-Id',
  'traceparent',
];
const TOLD = ['Content-Range', 'ETag', 'Location', 'Retry-After', 'Server-Timing', 'X-Request-Id'];

/** Lets pages of the listed origins call, and no others. Keys travel in headers only: no credentials of the browser. */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<HttpEnv> {
  return cors({
    origin: (origin) => (origins.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ASKED,
    exposeHeaders: TOLD,
    maxAge: 600,
  });
}
