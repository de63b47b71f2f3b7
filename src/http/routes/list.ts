import { listPageSchema, listQuerySchema } from '../../contract/read-sandbox.ts';
import { callerStates } from '../../contract/sandbox-state.ts';
import { requireAdmin } from '../../operations/caller.ts';
import { listSandboxes } from '../../operations/read-sandbox.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';

const ALL_BUT_DELETED = callerStates.filter((state) => state !== 'deleted');

export function addListRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes', operationId: 'listSandboxes', tag: 'Sandboxes' },
      summary: 'Sandboxes by creation, all but deleted ones unless state says otherwise',
      query: listQuerySchema,
      answers: { 200: { description: 'One page; stable while sandboxes are added', schema: listPageSchema } },
      errors: ['forbidden'],
    },
    async ({ c, caller, query }) => {
      if (query.tenant !== undefined) requireAdmin(caller);
      const { rows, next } = await listSandboxes(http.deps.operations, caller, {
        tenant: query.tenant ?? null,
        states: query.state ?? ALL_BUT_DELETED,
        labels: query.label ?? {},
        template: query.template ?? null,
        order: query.order,
        limit: query.limit,
        after: query.cursor === undefined ? null : placeOf(query.cursor),
      });
      const nextCursor = next === null ? null : writeCursor([next.createdAtMs, next.id]);
      return c.json({ items: await Promise.all(rows.map(http.viewOf)), nextCursor }, 200);
    },
  );
}

function placeOf(cursor: string): { readonly createdAtMs: number; readonly id: string } {
  const [createdAtMs, id] = readCursor(cursor, ['number', 'string']);
  return { createdAtMs: Number(createdAtMs), id: String(id) };
}
