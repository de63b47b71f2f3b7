import type { RecordedTransition, Sandbox, SandboxState } from '../domain/sandbox.ts';
import type { SandboxListQuery } from '../ports/sandbox-store.ts';
import { waitFor } from '../reconcile/wait-for.ts';
import { type Caller, getVisible } from './caller.ts';
import type { OperationDeps } from './deps.ts';

/** One sandbox in any state, tombstones too. */
export function getSandbox(deps: OperationDeps, caller: Caller, id: string): Promise<Sandbox> {
  return getVisible(deps.store, caller, id);
}

/** Long poll: answers when the sandbox is in one of `states`, or as it is when the time is over. */
export async function awaitSandbox(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  until: { readonly states: readonly SandboxState[]; readonly timeoutSeconds: number; readonly signal?: AbortSignal },
): Promise<Sandbox> {
  const present = await getVisible(deps.store, caller, id);
  const isSettled = (row: Sandbox | undefined) => row === undefined || until.states.includes(row.state);
  const waited = await waitFor(deps, id, isSettled, { waitMs: until.timeoutSeconds * 1000, signal: until.signal });
  return waited.row ?? { ...present, state: 'deleted' };
}

export interface SandboxPage {
  readonly rows: readonly Sandbox[];
  /** Where the next page begins; null when this was the last. */
  readonly next: SandboxListQuery['after'];
}

/** One page by creation; an admin sees all tenants, or the one asked for. */
export async function listSandboxes(
  deps: OperationDeps,
  caller: Caller,
  query: Omit<SandboxListQuery, 'tenant'> & { readonly tenant: string | null },
): Promise<SandboxPage> {
  const tenant = caller.role === 'admin' ? query.tenant : caller.tenant;
  const rows = await deps.store.list({ ...query, tenant, limit: query.limit + 1 });
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const hasMore = rows.length > query.limit && last !== undefined;
  return { rows: page, next: hasMore ? { createdAtMs: last.createdAtMs, id: last.id } : null };
}

export interface HistoryPage {
  readonly items: readonly RecordedTransition[];
  readonly nextNumber: number | null;
}

/** Transitions of one sandbox, oldest first; the newest 1,000 are kept. */
export async function getHistory(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  page: { readonly afterNumber: number; readonly limit: number },
): Promise<HistoryPage> {
  await getVisible(deps.store, caller, id);
  const items = await deps.store.history(id, page.afterNumber, page.limit + 1);
  const shown = items.slice(0, page.limit);
  return { items: shown, nextNumber: items.length > page.limit ? (shown.at(-1)?.number ?? null) : null };
}
