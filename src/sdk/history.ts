import { bodyWith } from './checked-body.ts';
import type { Connection } from './connection.ts';
import type { HistoryItem } from './wire.ts';

/** Transitions of one sandbox, oldest first, page by page as they are read. */
export async function* history(
  connection: Connection,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<HistoryItem, void> {
  const path = `/v1/sandboxes/${encodeURIComponent(id)}/history`;
  let cursor: string | undefined;
  do {
    const { body } = await connection.ask({ method: 'GET', path, query: { cursor }, isRepeatable: true, signal });
    const page = bodyWith<{ items: HistoryItem[]; nextCursor: string | null }>(body, 'items');
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
