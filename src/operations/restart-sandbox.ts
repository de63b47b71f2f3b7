import { SandboxError } from '../domain/errors.ts';
import { checkLimits } from '../domain/limits.ts';
import type { Lifetime, Sandbox } from '../domain/sandbox.ts';
import { defined, missingForRestart } from '../domain/spec.ts';
import { admissionWait } from './admission-wait.ts';
import type { Caller } from './caller.ts';
import { requireCapability } from './capability.ts';
import type { OperationDeps } from './deps.ts';
import { type CallOutcome, callLifecycle, type Standing, type Wait } from './lifecycle-call.ts';
import { observeStart } from './observe-start.ts';
import { isStartSettled, throwUnlessStarted } from './settled.ts';

export type LifetimeWish = { readonly [K in keyof Lifetime]?: Lifetime[K] | undefined };

function standing(row: Sandbox): Standing {
  switch (row.state) {
    case 'stopped':
      return 'ask';
    case 'pending':
      return row.incarnation > 1 ? 'join' : 'conflict';
    case 'deleted':
      return 'gone';
    default:
      return 'conflict';
  }
}

/** Starts the same container of a stopped sandbox again: its files are there, its processes are not. */
export async function restartSandbox(
  deps: OperationDeps,
  caller: Caller,
  request: { readonly id: string; readonly lifetime?: LifetimeWish | undefined },
  wait: Wait,
): Promise<CallOutcome> {
  const beganMs = deps.clock.monotonicMs();
  const lifetime = defined(request.lifetime ?? {});
  checkLimits({ lifetime }, deps.limits);
  const call = {
    name: 'restart',
    standing,
    event: { type: 'RESTART_REQUESTED', lifetime } as const,
    quota: caller.quota,
    hint: restartHint,
    isSettled: (row: Sandbox | undefined, asked: Sandbox) => isStartSettled(row, asked.incarnation),
    check: async (row: Sandbox) => {
      requireRestartable(row);
      await deps.reconciler.requireEngine();
      if (row.ranOnce) await requireCapability(deps, row.runtime, 'restart');
      if (row.lifetime.onTimeout === 'pause' || lifetime.onTimeout === 'pause') {
        await requireCapability(deps, row.runtime, 'pause');
      }
      const wish = { sandboxId: row.id, tenant: row.tenant ?? caller.tenant, memoryMb: row.resources.memoryMb };
      await deps.capacity.admit(wish, admissionWait(wait));
    },
  };
  const outcome = await callLifecycle(deps, caller, request.id, call, wait).catch((error: unknown) => {
    deps.capacity.release(request.id);
    throw error;
  });
  observeStart(deps, 'restart', outcome, { wait, beganMs });
  if (outcome.isSettled) throwUnlessStarted(outcome.row, outcome.row.incarnation);
  return outcome;
}

function requireRestartable(row: Sandbox): void {
  const missing = missingForRestart(row);
  if (row.reason?.code === 'container_lost' || missing.length === 0) return;
  throw new SandboxError(
    'conflict',
    `Sandbox ${row.id} cannot be restarted: ${missing.join(' and ')} is not readable.`,
    {
      hint: 'Delete it and start a new one.',
      details: { state: row.state, accepts: ['delete'], missing },
    },
  );
}

function restartHint(row: Sandbox): string | undefined {
  if (row.state !== 'stopped') return undefined;
  return row.reason?.code === 'container_lost'
    ? 'Its container was removed from outside and its files are gone: delete it and start a new one.'
    : 'It is about to be deleted.';
}
