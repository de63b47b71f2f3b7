import { forEachBounded } from '../reconcile/for-each-bounded.ts';
import type { Caller } from './caller.ts';
import { deleteSandbox } from './delete-sandbox.ts';
import type { OperationDeps } from './deps.ts';
import type { CallOutcome, Wait } from './lifecycle-call.ts';
import { restartSandbox } from './restart-sandbox.ts';
import { stopSandbox } from './stop-sandbox.ts';

export type BatchAction = 'stop' | 'restart' | 'delete';

export type BatchItem = { readonly id: string } & ({ readonly outcome: CallOutcome } | { readonly error: unknown });

const CONCURRENCY = 16;

/** The same call on many sandboxes; each succeeds or fails by itself, answered in the order of asking. */
export async function runBatch(
  deps: OperationDeps,
  caller: Caller,
  batch: { readonly action: BatchAction; readonly ids: readonly string[] },
  wait: Wait,
): Promise<readonly BatchItem[]> {
  const items: BatchItem[] = [];
  await forEachBounded([...batch.ids.entries()], CONCURRENCY, async ([place, id]) => {
    try {
      items[place] = { id, outcome: await act(deps, caller, batch.action, id, wait) };
    } catch (error) {
      items[place] = { id, error };
    }
  });
  return items;
}

function act(deps: OperationDeps, caller: Caller, action: BatchAction, id: string, wait: Wait): Promise<CallOutcome> {
  switch (action) {
    case 'stop':
      return stopSandbox(deps, caller, { id }, wait);
    case 'restart':
      return restartSandbox(deps, caller, { id }, wait);
    case 'delete':
      return deleteSandbox(deps, caller, { id, force: false }, wait);
    default:
      return action satisfies never;
  }
}
