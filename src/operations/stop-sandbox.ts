import type { Sandbox } from '../domain/sandbox.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { type CallOutcome, callLifecycle, type Standing, type Wait } from './lifecycle-call.ts';
import { isStopSettled } from './settled.ts';

function standing(row: Sandbox): Standing {
  switch (row.state) {
    case 'stopped':
      return 'done';
    case 'stopping':
      return 'ask_or_join';
    case 'deleted':
      return 'gone';
    case 'deleting':
    case 'warming':
    case 'warm':
      return 'conflict';
    default:
      return 'ask';
  }
}

/** Stops a sandbox after at most `graceSeconds`; stopped already is done, a stop under way is joined. */
export function stopSandbox(
  deps: OperationDeps,
  caller: Caller,
  request: { readonly id: string; readonly graceSeconds?: number | undefined },
  wait: Wait,
): Promise<CallOutcome> {
  const graceSeconds = request.graceSeconds ?? deps.policy.stopGraceSeconds;
  const call = {
    name: 'stop',
    standing,
    event: { type: 'STOP_REQUESTED', graceSeconds } as const,
    isSettled: (row: Sandbox | undefined) => isStopSettled(row, deps.clock.nowMs()),
  };
  return callLifecycle(deps, caller, request.id, call, wait);
}
