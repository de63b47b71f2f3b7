import type { HistoryItem } from '../../contract/history.ts';
import { bodyWith } from '../../sdk/checked-body.ts';
import type { Connection } from '../../sdk/connection.ts';
import { listViews } from '../../sdk/list-views.ts';
import { SandglassError } from '../../sdk/sandglass-error.ts';

/** The `seq` of the newest entry of the newest sandbox that the key may see; null where there is none, or it goes. */
export async function newestSeq(connection: Connection): Promise<number | null> {
  for await (const { id } of listViews(connection, { pageSize: 1 })) {
    try {
      return (await historyOf(connection, id)).at(-1)?.seq ?? null;
    } catch (error) {
      if (error instanceof SandglassError && error.code === 'sandbox_not_found') return null;
      throw error;
    }
  }
  return null;
}

/** Oldest first. Throws `sandbox_not_found`. */
export async function historyOf(connection: Connection, id: string): Promise<readonly HistoryItem[]> {
  const path = `/v1/sandboxes/${encodeURIComponent(id)}/history`;
  const { body } = await connection.ask({ method: 'GET', path, query: { limit: 1000 }, isRepeatable: true });
  return bodyWith<{ items: HistoryItem[] }>(body, 'items').items;
}
