import { isSandboxError, SandboxError } from '../domain/errors.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { Caller } from './caller.ts';
import { deleteSandbox } from './delete-sandbox.ts';
import type { OperationDeps } from './deps.ts';
import { type ConnectRequest, connectSandbox, extendTimeout } from './e2b-connect.ts';
import { e2bStateOf, getShown, stillWorking } from './e2b-standing.ts';
import { type CallOutcome, conflict, type Wait } from './lifecycle-call.ts';
import { patchSandbox } from './patch-sandbox.ts';
import { pauseSandbox } from './pause-sandbox.ts';
import { stopSandbox } from './stop-sandbox.ts';

/** Removes it, whatever it does. When the wait is over the work goes on. */
export async function killSandbox(deps: OperationDeps, caller: Caller, id: string, wait: Wait): Promise<void> {
  await getShown(deps, caller, id);
  await deleteSandbox(deps, caller, { id, force: true }, wait);
}

/** Freezes a running sandbox; without its memory it is stopped. Throws `conflict` for one that does not run. */
export async function pauseRunning(
  deps: OperationDeps,
  caller: Caller,
  request: { readonly id: string; readonly keepsMemory: boolean },
  wait: Wait,
): Promise<void> {
  const { row } = await getShown(deps, caller, request.id);
  if (row.state !== 'running') throw conflict(deps, row, { name: 'pause' });
  const outcome = request.keepsMemory
    ? await frozen(deps, caller, row, wait)
    : await stopSandbox(deps, caller, { id: row.id }, wait);
  if (!outcome.isSettled) throw stillWorking(outcome.row, 'pause');
}

/** A 409 means to E2B's clients that it is paused already, so a pause that failed needs another answer. */
async function frozen(deps: OperationDeps, caller: Caller, row: Sandbox, wait: Wait): Promise<CallOutcome> {
  try {
    return await pauseSandbox(deps, caller, row.id, wait);
  } catch (error) {
    if (!isSandboxError(error, 'conflict')) throw error;
    const { row: after } = await getShown(deps, caller, row.id);
    if (after.state !== 'running') throw error;
    throw new SandboxError('engine_unavailable', `Sandbox ${row.id} could not be paused: it goes on running.`, {
      cause: error,
    });
  }
}

/** The end of a live sandbox, so many seconds from now: sooner or later than it was. Throws `conflict` for a paused one. */
export async function setTimeoutOf(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  timeoutSeconds: number,
): Promise<void> {
  await getShown(deps, caller, id);
  const patch = { lifetime: { timeoutSeconds }, labels: {}, resources: {} };
  await patchSandbox(deps, caller, id, patch, (row) => requireUp(deps, row, 'timeout'));
}

/** The same, but only ever later. */
export async function refreshTimeoutOf(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  seconds: number,
): Promise<void> {
  const { row } = await getShown(deps, caller, id);
  requireUp(deps, row, 'refreshes');
  await extendTimeout(deps, caller, id, seconds);
}

/** Resumes a paused or stopped sandbox. Throws `conflict` for one that runs. */
export async function resumePaused(
  deps: OperationDeps,
  caller: Caller,
  request: Omit<ConnectRequest, 'keepsMemory'> & { readonly autoPause: boolean | undefined },
  wait: Wait,
): Promise<Sandbox> {
  const { row, state } = await getShown(deps, caller, request.id);
  if (state === 'running') throw conflict(deps, row, { name: 'resume' });
  const connected = await connectSandbox(deps, caller, { ...request, keepsMemory: true }, wait);
  if (request.autoPause === undefined) return connected.row;
  const onTimeout = request.autoPause ? 'pause' : 'delete';
  return patchSandbox(deps, caller, request.id, { lifetime: { onTimeout }, labels: {}, resources: {} });
}

function requireUp(deps: OperationDeps, row: Sandbox, name: string): true {
  if (e2bStateOf(row, deps.clock.nowMs(), deps.policy) === 'running') return true;
  throw conflict(deps, row, { name });
}
