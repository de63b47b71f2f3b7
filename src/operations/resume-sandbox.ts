import { checkLimits } from '../domain/limits.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import { defined } from '../domain/spec.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { type CallOutcome, callLifecycle, type Standing, type Wait } from './lifecycle-call.ts';
import { notReached } from './pause-sandbox.ts';
import type { LifetimeWish } from './restart-sandbox.ts';

function standing(row: Sandbox): Standing {
  switch (row.state) {
    case 'paused':
      return 'ask';
    case 'resuming':
      return 'join';
    case 'running':
      return 'done';
    case 'deleted':
      return 'gone';
    default:
      return 'conflict';
  }
}

/** Thaws a paused sandbox with what was left of its lifetime, or with the timeout given. Running already is done. */
export async function resumeSandbox(
  deps: OperationDeps,
  caller: Caller,
  request: { readonly id: string; readonly lifetime?: LifetimeWish | undefined },
  wait: Wait,
): Promise<CallOutcome> {
  const lifetime = defined(request.lifetime ?? {});
  checkLimits({ lifetime }, deps.limits);
  const call = {
    name: 'resume',
    standing,
    event: { type: 'RESUME_REQUESTED', lifetime } as const,
    isSettled: (row: Sandbox | undefined) => row?.state !== 'resuming',
    hint: (row: Sandbox) => (row.state === 'stopped' ? 'A stopped sandbox is not paused: restart it.' : undefined),
    check: () => deps.reconciler.requireEngine(),
  };
  const outcome = await callLifecycle(deps, caller, request.id, call, wait);
  if (outcome.isSettled && outcome.row.state !== 'running') throw notReached(outcome.row, 'resume');
  return outcome;
}
