import { isSandboxError, SandboxError } from '../domain/errors.ts';
import { owesDeletion } from '../domain/lifetime.ts';
import type { Sandbox, SandboxState } from '../domain/sandbox.ts';
import { missingForRestart } from '../domain/spec.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { type CallOutcome, conflict, settle, type Wait } from './lifecycle-call.ts';
import { restartSandbox } from './restart-sandbox.ts';
import { resumeSandbox } from './resume-sandbox.ts';

const MOST_ATTEMPTS = 10;
/** States that lead to running by themselves. */
const COMING: readonly SandboxState[] = ['pending', 'resuming', 'running'];

/**
 * The tenant's sandbox with that reuse key, running: resumed or restarted where it has to be. undefined where there is
 * none; one that can never run again gives the key up. Not settled when it takes longer than the caller waits; throws
 * `conflict` when it is on its way to somewhere else then, because nothing would bring it back.
 */
export async function reuseSandbox(
  deps: OperationDeps,
  caller: Caller,
  reuseKey: string,
  wait: Wait,
): Promise<CallOutcome | undefined> {
  const endMs = deps.clock.monotonicMs() + wait.seconds * 1000;
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const left = { ...wait, seconds: Math.max(0, (endMs - deps.clock.monotonicMs()) / 1000) };
    const row = await deps.store.findReusable(caller.tenant, reuseKey);
    if (row === undefined) return undefined;
    const outcome = await bringBack(deps, caller, row, left).catch((error: unknown) => {
      // It moved between the look and the call: look again.
      if (isSandboxError(error, 'conflict') || isSandboxError(error, 'gone')) return undefined;
      throw error;
    });
    if (outcome === undefined) continue;
    if (outcome.isSettled || COMING.includes(outcome.row.state)) return outcome;
    throw conflict(deps, outcome.row, { name: 'a start with its reuse key', hint: () => 'Try again in a moment.' });
  }
  throw new SandboxError('conflict', `The sandbox with the reuse key "${reuseKey}" is changing too fast.`, {
    hint: 'Try again in a moment.',
  });
}

/** undefined: it has moved, or is out of the way; look again. */
async function bringBack(
  deps: OperationDeps,
  caller: Caller,
  row: Sandbox,
  wait: Wait,
): Promise<CallOutcome | undefined> {
  switch (row.state) {
    case 'running':
      deps.activity.touch(row.id, row.incarnation);
      return { row, isSettled: true, isBlocked: false };
    case 'paused':
      return resumeSandbox(deps, caller, { id: row.id }, wait);
    case 'stopped':
      // Whoever asked to start tells how it went, once.
      if (canRunAgain(deps, row)) return restartSandbox({ ...deps, onStart: () => {} }, caller, { id: row.id }, wait);
      await giveUpKey(deps, row);
      return undefined;
    default: {
      if (row.state === 'stopping' && row.deleteAfterStop) {
        await giveUpKey(deps, row);
        return undefined;
      }
      const isSettled = (now: Sandbox | undefined) => now?.state !== row.state;
      const outcome = await settle(deps, row, { isSettled }, wait, deps.reconciler.drive(row.id));
      return outcome.isSettled ? undefined : outcome;
    }
  }
}

function canRunAgain(deps: OperationDeps, row: Sandbox): boolean {
  const isKept = !owesDeletion(row, deps.clock.nowMs()) && row.reason?.code !== 'container_lost';
  return isKept && missingForRestart(row).length === 0;
}

async function giveUpKey(deps: OperationDeps, row: Sandbox): Promise<void> {
  const next = { ...row, reuseKey: null, version: row.version + 1 };
  const replaced = await deps.store.replace({ next, expectedVersion: row.version, transition: null });
  if (replaced.outcome === 'replaced') await deps.reconciler.followCommit(next, null);
}
