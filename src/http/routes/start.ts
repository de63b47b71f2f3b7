import { z } from '@hono/zod-openapi';
import { idempotencyKeySchema, startBodySchema } from '../../contract/start-sandbox.ts';
import { invalidRequest } from '../../domain/limits.ts';
import { isLive } from '../../domain/sandbox.ts';
import type { StartWish } from '../../domain/spec.ts';
import { startSandbox } from '../../operations/start-sandbox.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http, HttpContext } from '../http-deps.ts';
import { lifecycleAnswer, tellStages, waitOf } from '../lifecycle-answer.ts';
import { goesOn, settledAs, stagesHeader } from '../lifecycle-document.ts';

const locationHeader = stagesHeader.extend({ Location: z.string() });

export function addStartRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/sandboxes', operationId: 'startSandbox', tag: 'Sandboxes' },
      summary: 'Start a sandbox',
      headers: z.object({ 'Idempotency-Key': idempotencyKeySchema.optional() }),
      body: startBodySchema,
      answers: {
        200: settledAs('The sandbox with the reuse key; or a repeat of a start whose sandbox has stopped since'),
        201: settledAs('It runs', locationHeader),
        202: goesOn,
      },
      errors: [
        ...(['not_found', 'forbidden', 'conflict', 'gone', 'idempotency_mismatch', 'quota_exceeded'] as const),
        ...([
          'unsupported',
          'not_implemented',
          'start_failed',
          'capacity_exhausted',
          'engine_unavailable',
          'disk_full',
        ] as const),
      ],
    },
    async ({ c, caller, body }) => {
      const { wait, waitSeconds, reuseKey, network, mounts: _mounts, ...rest } = body;
      const wish: StartWish = { ...rest, internet: network?.internet };
      const idempotencyKey = idempotencyKeyOf(c);
      const request = { wish, idempotencyKey, reuseKey: reuseKey ?? null };
      const outcome = await startSandbox(http.deps.operations, caller, request, waitOf(http, c, { wait, waitSeconds }));
      if (outcome.isSettled) tellStages(http, c, outcome);
      // Only a repeat can find what it started ended already.
      const hasEnded = idempotencyKey !== null && !isLive(outcome.row.state);
      return lifecycleAnswer(http, c, outcome, hasEnded || outcome.isReused === true ? 200 : 201);
    },
  );
}

function idempotencyKeyOf(c: HttpContext): string | null {
  const given = c.req.header('idempotency-key');
  if (given === undefined) return null;
  const parsed = idempotencyKeySchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalidRequest([{ path: 'Idempotency-Key', message: parsed.error.issues[0]?.message ?? 'is not valid' }]);
}
