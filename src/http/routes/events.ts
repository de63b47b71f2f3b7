import { z } from '@hono/zod-openapi';
import { correctionEventSchema } from '../../contract/correction.ts';
import { poolEventSchema } from '../../contract/pool.ts';
import { lastEventIdSchema, sandboxEventSchema } from '../../contract/sandbox-event.ts';
import { sandboxExample, transitionExample } from '../../contract/sandbox-example.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { invalidRequest } from '../../domain/limits.ts';
import type { Caller } from '../../operations/caller.ts';
import { watchEvents } from '../../operations/watch-events.ts';
import { addEndpoint } from '../endpoint.ts';
import { EVENT_STREAM_HEADERS, eventStream } from '../event-stream.ts';
import type { Http, HttpContext } from '../http-deps.ts';

const stream = {
  method: 'get',
  tag: 'Events',
  headers: z.object({ 'Last-Event-ID': lastEventIdSchema.optional() }),
} as const;

const answer = {
  description: 'Server-sent events, `id` = seq; `data` is the sandbox with the transition',
  type: 'text/event-stream',
} as const;
const answerOfAll = {
  ...answer,
  description: `${answer.description}. For administrators also, without an id, \`pool.*\`: what happens in the pool; and \`reconcile.corrected\`: a row and the world were made to agree`,
  schema: z
    .union([sandboxEventSchema, poolEventSchema, correctionEventSchema])
    .openapi({ example: { ...sandboxExample, transition: transitionExample } }),
};

/** Transitions as they happen; a broken connection resumes after the last id that it heard. */
export function addEventRoutes(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ ...stream, path: '/v1/events', operationId: 'watchEvents' },
      summary: 'Follow all sandboxes that the key may see',
      answers: { 200: answerOfAll },
    },
    ({ c, caller }) => follow(http, c, caller, null),
  );
  addEndpoint(
    http,
    {
      ...stream,
      path: '/v1/sandboxes/{id}/events',
      operationId: 'watchSandboxEvents',
      summary: 'Follow one sandbox',
      params: sandboxPathSchema,
      answers: { 200: { ...answer, schema: sandboxEventSchema } },
      errors: ['sandbox_not_found'],
    },
    ({ c, caller, params: { id } }) => follow(http, c, caller, id),
  );
}

async function follow(http: Http, c: HttpContext, caller: Caller, sandboxId: string | null): Promise<Response> {
  const gone = new AbortController();
  const end = () => gone.abort();
  const afterSeq = lastEventId(c);
  const events = await watchEvents(http.deps.operations, caller, { sandboxId, afterSeq }, gone.signal);
  if (c.req.method === 'HEAD') return c.body(null, 200, EVENT_STREAM_HEADERS);
  c.req.raw.signal.addEventListener('abort', end, { once: true });
  return c.body(eventStream(http, events, end), 200, EVENT_STREAM_HEADERS);
}

function lastEventId(c: HttpContext): number | null {
  const given = c.req.header('last-event-id');
  if (given === undefined || given === '') return null;
  const parsed = lastEventIdSchema.safeParse(given);
  if (parsed.success) return Number(parsed.data);
  throw invalidRequest([{ path: 'Last-Event-ID', message: 'must be the id of an event' }]);
}
