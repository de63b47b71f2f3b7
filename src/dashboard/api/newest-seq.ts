import type { HistoryItem } from '../../contract/history.ts';
import type { Connection } from '../../sdk/connection.ts';
import { history } from '../../sdk/history.ts';
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

/** All of it, oldest first. Throws `sandbox_not_found`. */
export async function historyOf(connection: Connection, id: string): Promise<readonly HistoryItem[]> {
  const items: HistoryItem[] = [];
  for await (const item of history(connection, id, undefined)) items.push(item);
  return items;
}
