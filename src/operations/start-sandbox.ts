import { isSandboxError } from '../domain/errors.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import { acceptWish } from './accept-wish.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { findRepeated, rememberFound } from './idempotency.ts';
import { type CallOutcome, gone, settle, type Wait } from './lifecycle-call.ts';
import { observeStart } from './observe-start.ts';
import { reuseSandbox } from './reuse-sandbox.ts';
import { isStartSettled, throwUnlessStarted } from './settled.ts';
import type { StartRequest } from './start-request.ts';
import { type WrittenStart, writeStart } from './write-start.ts';

const START = { isSettled: (row: Sandbox | undefined, asked: Sandbox) => isStartSettled(row, asked.incarnation) };

/**
 * Starts a sandbox, or finds the one that the same idempotency key has started before or that has the reuse key. From the
 * pool where a slot fits: then nothing is asked of the engine.
 */
export async function startSandbox(
  deps: OperationDeps,
  caller: Caller,
  request: StartRequest,
  wait: Wait,
): Promise<CallOutcome> {
  const beganMs = deps.clock.monotonicMs();
  for (;;) {
    const before = await findRepeated(deps, caller, request);
    if (before !== undefined) return joinStart(deps, before, wait);
    const start = acceptWish(deps, caller, request.wish);
    const reused = await findReused(deps, caller, request, wait);
    if (reused !== undefined) {
      if (!(await rememberFound(deps, caller, request, reused.row.id))) continue;
      deps.slots.reused(start);
      observeStart(deps, 'reuse', reused, { wait, beganMs });
      return { ...reused, isReused: true };
    }
    const written = await writeStart(deps, { caller, request, start }, wait);
    if (written.outcome === 'written') return finish(deps, written, wait, beganMs);
    // A repeat came first: it is found by its key now.
  }
}

/** The sandbox of its reuse key, running or on its way; where it fails to come back, that is the answer to repeats too. */
async function findReused(deps: OperationDeps, caller: Caller, request: StartRequest, wait: Wait) {
  const { reuseKey = null } = request;
  if (reuseKey === null) return undefined;
  try {
    return await reuseSandbox(deps, caller, reuseKey, wait);
  } catch (error) {
    const id = isSandboxError(error, 'start_failed') ? error.details['id'] : undefined;
    if (typeof id === 'string') await rememberFound(deps, caller, request, id);
    throw error;
  }
}

async function finish(deps: OperationDeps, written: WrittenStart, wait: Wait, beganMs: number): Promise<CallOutcome> {
  const { row, slot, stages, takenAtMs } = written;
  const driven = deps.reconciler.drive(row.id);
  const outcome = { ...(await settle(deps, row, START, wait, driven)), stages };
  if (slot !== null) {
    const count = (last: Sandbox, durationMs: number) =>
      isMadeAnew(last) ? deps.slots.discard(slot, durationMs) : deps.slots.claimed(slot, durationMs);
    const durationMs = deps.clock.monotonicMs() - takenAtMs;
    if (outcome.isSettled) count(outcome.row, durationMs);
    // Nobody waits: whether the slot served is known when its work is done.
    else void lastOf(deps, row, driven).then((last) => count(last, durationMs));
  }
  observeStart(deps, slot === null || isMadeAnew(outcome.row) ? 'cold' : 'warm', outcome, { wait, beganMs });
  if (outcome.isSettled) throwUnlessStarted(outcome.row, row.incarnation);
  return outcome;
}

/** A claimed slot did not take its sandbox over, and another container was made for it. */
function isMadeAnew({ start }: Sandbox): boolean {
  return start?.path === 'cold';
}

/** As it is after its work, or as it was written where that cannot be told. */
async function lastOf(deps: OperationDeps, written: Sandbox, driven: Promise<unknown>): Promise<Sandbox> {
  try {
    await driven;
    return (await deps.store.find(written.id)) ?? written;
  } catch {
    return written;
  }
}

/** A repeat joins the first while it runs, then tells how the sandbox is now. */
async function joinStart(deps: OperationDeps, first: Sandbox, wait: Wait): Promise<CallOutcome> {
  if (first.state === 'deleted') throw gone(first);
  const outcome = await settle(deps, first, START, wait, undefined);
  if (outcome.isSettled && outcome.row.state === 'deleted') throw gone(outcome.row);
  const isFailed = outcome.row.reason?.code === 'start_failed' || outcome.row.reason?.code === 'name_conflict';
  if (outcome.isSettled && isFailed) throwUnlessStarted(outcome.row, outcome.row.incarnation);
  return outcome;
}
