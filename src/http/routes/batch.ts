import { type BatchAnswer, batchAnswerSchema, batchBodySchema } from '../../contract/batch.ts';
import { errorMessage } from '../../domain/errors.ts';
import { type BatchAction, type BatchItem, runBatch } from '../../operations/batch.ts';
import { addEndpoint } from '../endpoint.ts';
import { problemOf } from '../error-response.ts';
import type { Http, HttpContext } from '../http-deps.ts';
import { waitOf } from '../lifecycle-answer.ts';

type ItemView = BatchAnswer['items'][number];

export function addBatchRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/batch', operationId: 'runBatch', tag: 'Sandboxes' },
      summary: 'The same call on many sandboxes',
      body: batchBodySchema,
      answers: { 200: { description: 'What each call answered, in the order of asking', schema: batchAnswerSchema } },
    },
    async ({ c, caller, body: { action, ids, ...waiting } }) => {
      const items = await runBatch(http.deps.operations, caller, { action, ids }, waitOf(http, c, waiting));
      return c.json({ items: await Promise.all(items.map((item) => itemView(http, c, action, item))) }, 200);
    },
  );
}

async function itemView(http: Http, c: HttpContext, action: BatchAction, item: BatchItem): Promise<ItemView> {
  const { requestId } = c.get('facts');
  if ('error' in item) {
    const error = problemOf(item.error, requestId);
    if (error.code === 'internal') {
      const fields = { event: 'batch.item_failed', action, sandboxId: item.id, requestId };
      http.deps.log.error({ ...fields, error: errorMessage(item.error) }, 'one call of a batch threw');
    }
    return { id: item.id, status: error.status, error };
  }
  const { row, isSettled } = item.outcome;
  if (isSettled && action === 'delete') return { id: item.id, status: 204 };
  return { id: item.id, status: isSettled ? 200 : 202, view: await http.viewOf(row) };
}
