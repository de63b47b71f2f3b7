import type { Sandbox } from '../domain/sandbox.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { type CallOutcome, callLifecycle, type Standing, type Wait } from './lifecycle-call.ts';
import { isDeleteSettled } from './settled.ts';

function standing(row: Sandbox): Standing {
  switch (row.state) {
    case 'stopped':
      return 'ask';
    case 'deleting':
      return 'join';
    case 'deleted':
      return 'done';
    default:
      return 'conflict';
  }
}

function forcedStanding(row: Sandbox): Standing {
  if (row.state === 'stopping') return 'ask_or_join';
  if (row.state === 'warming' || row.state === 'warm') return 'conflict';
  return row.state === 'deleting' || row.state === 'deleted' ? standing(row) : 'ask';
}

/** Removes a stopped sandbox for good; `force` stops a live one first. Deleted already is done. */
export function deleteSandbox(
  deps: OperationDeps,
  caller: Caller,
  request: { readonly id: string; readonly force: boolean },
  wait: Wait,
): Promise<CallOutcome> {
  const call = {
    name: 'delete',
    standing: request.force ? forcedStanding : standing,
    event: { type: 'DELETE_REQUESTED', force: request.force } as const,
    isSettled: isDeleteSettled,
    hint: () => 'Stop it first, or delete it with ?force=true.',
  };
  return callLifecycle(deps, caller, request.id, call, wait);
}
