import { z } from '@hono/zod-openapi';

export const healthSchema = z.object({ status: z.literal('ok') }).openapi('Health', { example: { status: 'ok' } });

const checkSchema = z.object({ ok: z.boolean(), detail: z.string() });

/**
 * 200 while a sandbox can be started and the first floors of the pool are warm, or have had a minute for it; else 503.
 * `degraded` names what is wrong although they can.
 */
export const readinessSchema = z
  .object({
    ready: z.boolean(),
    checks: z.object({ sql: checkSchema, live: checkSchema, engine: checkSchema, pool: checkSchema }),
    degraded: z.array(z.string()),
  })
  .openapi('Readiness', {
    example: {
      ready: true,
      checks: {
        sql: { ok: true, detail: 'answers' },
        live: { ok: true, detail: 'embedded redis-server' },
        engine: { ok: true, detail: 'answers' },
        pool: { ok: true, detail: '4 of 4 warm' },
      },
      degraded: [],
    },
  });

export type Readiness = z.infer<typeof readinessSchema>;
