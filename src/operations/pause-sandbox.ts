import { SandboxError } from '../domain/errors.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { Caller } from './caller.ts';
import { requireCapability } from './capability.ts';
import type { OperationDeps } from './deps.ts';
import { type CallOutcome, callLifecycle, type Standing, type Wait } from './lifecycle-call.ts';

function standing(row: Sandbox): Standing {
  switch (row.state) {
    case 'running':
      return 'ask';
    case 'pausing':
      return 'join';
    case 'paused':
      return 'done';
    case 'deleted':
      return 'gone';
    default:
      return 'conflict';
  }
}

/** Freezes a running sandbox: its lifetime stands still, its memory stays held. Paused already is done. */
export async function pauseSandbox(deps: OperationDeps, caller: Caller, id: string, wait: Wait): Promise<CallOutcome> {
  const call = {
    name: 'pause',
    standing,
    event: { type: 'PAUSE_REQUESTED' } as const,
    isSettled: (row: Sandbox | undefined) => row?.state !== 'pausing',
    check: async (row: Sandbox) => {
      await deps.reconciler.requireEngine();
      await requireCapability(deps, row.runtime, 'pause');
    },
  };
  const outcome = await callLifecycle(deps, caller, id, call, wait);
  if (outcome.isSettled && outcome.row.state !== 'paused') throw notReached(outcome.row, 'pause');
  return outcome;
}

export function notReached(row: Sandbox, what: string): SandboxError {
  return new SandboxError('conflict', `Sandbox ${row.id} could not ${what}: it is ${row.state}.`, {
    hint: 'GET /v1/sandboxes/{id}/history tells what happened.',
    details: { state: row.state, accepts: [] },
  });
}
