import { type ExplanationView, explanationSchema } from '../../contract/explanation.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { explainSandbox } from '../../operations/explain-sandbox.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { isoInstant, maybeInstant } from '../instants.ts';

export function addExplainRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}/explain', operationId: 'explainSandbox', tag: 'Sandboxes' },
      summary: 'Why it is in its state, what was last tried, and what comes next',
      params: sandboxPathSchema,
      answers: { 200: { description: 'As it is now', schema: explanationSchema } },
      errors: ['sandbox_not_found'],
    },
    async ({ c, caller, params: { id } }) =>
      c.json(explanationView(await explainSandbox(http.deps.operations, caller, id)), 200),
  );
}

type Explained = Awaited<ReturnType<typeof explainSandbox>>;
type Attempt = NonNullable<Explained['lastAttempt']>;

function explanationView(explained: Explained): ExplanationView {
  const { row, sinceMs, because, owes, lastAttempt, next, accepts, sentence } = explained;
  return {
    id: row.id,
    state: row.state,
    since: isoInstant(sinceMs),
    because: {
      event: because.event,
      reason: because.reason,
      actor: because.actor,
      at: isoInstant(because.atMs),
    },
    owes,
    lastAttempt: lastAttempt === null ? null : attemptView(lastAttempt),
    next: next === null ? null : { action: next.action, at: isoInstant(next.atMs) },
    accepts: [...accepts],
    sentence,
  };
}

function attemptView({ job, count, atMs, error, nextAtMs }: Attempt): ExplanationView['lastAttempt'] {
  return { job, count, at: isoInstant(atMs), error, nextAt: maybeInstant(nextAtMs) };
}
