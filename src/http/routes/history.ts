import { historyPageSchema, historyQuerySchema } from '../../contract/history.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { getHistory } from '../../operations/read-sandbox.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { addEndpoint } from '../endpoint.ts';
import { historyItem } from '../history-view.ts';
import type { Http } from '../http-deps.ts';

export function addHistoryRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}/history', operationId: 'getSandboxHistory', tag: 'Sandboxes' },
      summary: 'Its transitions, oldest first; the newest 1,000 are kept',
      params: sandboxPathSchema,
      query: historyQuerySchema,
      answers: { 200: { description: 'One page', schema: historyPageSchema } },
      errors: ['sandbox_not_found'],
    },
    async ({ c, caller, params: { id }, query: { cursor, limit } }) => {
      const afterNumber = cursor === undefined ? 0 : Number(readCursor(cursor, ['number'])[0]);
      const { items, nextNumber } = await getHistory(http.deps.operations, caller, id, { afterNumber, limit });
      const nextCursor = nextNumber === null ? null : writeCursor([nextNumber]);
      return c.json({ items: items.map(historyItem), nextCursor }, 200);
    },
  );
}
