import type { SandboxView } from '../../contract/sandbox-view.ts';
import type { Connection } from '../../sdk/connection.ts';
import { listViews } from '../../sdk/list-views.ts';

const MOST = 1_000;

/** The newest tombstones. */
export async function listDeleted(connection: Connection): Promise<readonly SandboxView[]> {
  const views: SandboxView[] = [];
  for await (const view of listViews(connection, { state: ['deleted'], pageSize: MOST })) {
    views.push(view);
    if (views.length === MOST) break;
  }
  return views;
}
