import { acceptedCalls } from '../domain/decide.ts';
import { SandboxError } from '../domain/errors.ts';
import type { RequestEvent } from '../domain/events.ts';
import type { Quota, Usage } from '../domain/limits.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import { type Waited, waitFor } from '../reconcile/wait-for.ts';
import { type Caller, getVisible } from './caller.ts';
import type { OperationDeps } from './deps.ts';

export interface Wait {
  /** 0 = do not wait. */
  readonly seconds: number;
  /** Aborts when the caller goes away. */
  readonly signal?: AbortSignal | undefined;
}

export interface CallOutcome {
  /** As it settled, or as it was when the wait ended. */
  readonly row: Sandbox;
  /** False when the work goes on: the answer is 202. */
  readonly isSettled: boolean;
  /** True when nothing moves for now: the engine gave no answer, and a retry is scheduled. */
  readonly isBlocked: boolean;
  /** Stages of this call before the row's own, milliseconds. */
  readonly stages?: Readonly<Record<string, number>>;
  /** True for a start that found its sandbox by reuse key. */
  readonly isReused?: boolean;
}

/**
 * What a state makes of a call (the table of design/lifecycle.md): `done` already, `join` what is under way, `ask` the
 * machine, `ask_or_join` what it refuses, or a conflict.
 */
export type Standing = 'done' | 'join' | 'ask' | 'ask_or_join' | 'conflict' | 'gone';

export interface LifecycleCall {
  readonly name: string;
  readonly standing: (row: Sandbox) => Standing;
  readonly event: RequestEvent;
  /** True when a call of this kind has come to its end. */
  readonly isSettled: (row: Sandbox | undefined, asked: Sandbox) => boolean;
  /** Runs before anything is written; throws to refuse. */
  readonly check?: (row: Sandbox) => Promise<void>;
  /** The bounds that making it live again must keep. */
  readonly quota?: Quota;
  readonly hint?: (row: Sandbox) => string | undefined;
}

const MOST_ATTEMPTS = 5;

/** Asks the machine, drives what it owes, and waits for the end of it. All lifecycle calls on a sandbox go through here. */
export async function callLifecycle(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  call: LifecycleCall,
  wait: Wait,
): Promise<CallOutcome> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const row = await getVisible(deps.store, caller, id);
    const standing = call.standing(row);
    if (standing === 'done') return { row, isSettled: true, isBlocked: false };
    if (standing === 'gone') throw gone(row);
    if (standing === 'conflict') throw conflict(deps, row, call);
    if (standing === 'join') return settle(deps, row, call, wait, undefined);
    await call.check?.(row);
    const quota = call.quota && row.tenant !== null ? { quota: { tenant: row.tenant, quota: call.quota } } : {};
    const applied = await deps.reconciler.applyEvent(id, call.event, { actor: caller.keyId, ...quota });
    if (applied.outcome === 'quota_exceeded') throw quotaExceeded(applied.bound, call.quota, applied.usage);
    if (applied.outcome === 'idempotency_key_taken' || applied.outcome === 'reuse_key_taken') throw unexpected(applied);
    if (applied.outcome === 'accepted') {
      return settle(deps, applied.row, call, wait, deps.reconciler.drive(id));
    }
    if (applied.outcome === 'refused' && standing === 'ask_or_join' && applied.row.state === row.state) {
      return settle(deps, applied.row, call, wait, undefined);
    }
    if (applied.outcome === 'refused' && applied.row.state === row.state) throw conflict(deps, applied.row, call);
    // It moved between the read and the decision: look again.
  }
  throw new SandboxError('conflict', `Sandbox ${id} is changing too fast.`, { hint: 'Try again in a moment.' });
}

/** Waits for the end of a call; ends early when the driver is blocked, because nothing will move for now. */
export async function settle(
  deps: Pick<OperationDeps, 'store' | 'feed' | 'clock' | 'reconciler'>,
  asked: Sandbox,
  call: Pick<LifecycleCall, 'isSettled'>,
  wait: Wait,
  driven: Promise<unknown> | undefined,
): Promise<CallOutcome> {
  let isBlocked = false;
  const blocked = driven?.then((outcome) => {
    isBlocked = outcome === 'blocked';
    return isBlocked ? undefined : new Promise(() => {});
  });
  // A drive that throws is retried by the reconciler; the caller only learns that it goes on.
  const giveUp = blocked?.catch(() => deps.reconciler.driveSoon(asked.id));
  const isSettled = (row: Sandbox | undefined) => call.isSettled(row, asked);
  const waited: Waited = await waitFor(deps, asked.id, isSettled, {
    waitMs: wait.seconds * 1000,
    signal: wait.signal,
    giveUp,
  });
  return { row: waited.row ?? purged(asked), isSettled: waited.isSettled, isBlocked };
}

/** Only a claim brings keys along. */
function unexpected({ outcome }: { readonly outcome: string }): Error {
  return new Error(`a lifecycle call was answered ${outcome}`);
}

/** A row that was purged while its caller waited is shown as what it became. */
function purged(row: Sandbox): Sandbox {
  return { ...row, state: 'deleted' };
}

export function gone(row: Sandbox): SandboxError {
  return new SandboxError('gone', `Sandbox ${row.id} was deleted.`, {
    hint: 'Start a new one.',
    details: { state: row.state, accepts: [] },
  });
}

export function conflict(deps: OperationDeps, row: Sandbox, call: Pick<LifecycleCall, 'name' | 'hint'>): SandboxError {
  const accepts = acceptedCalls(row, { atMs: deps.clock.nowMs(), policy: deps.policy });
  const hint = call.hint?.(row) ?? defaultHint(accepts);
  return new SandboxError('conflict', `Sandbox ${row.id} is ${row.state}: it does not accept ${call.name} now.`, {
    hint,
    details: { state: row.state, accepts, ...(row.reason === null ? {} : { reason: row.reason.code }) },
  });
}

function defaultHint(accepts: readonly string[]): string {
  return accepts.length === 0 ? 'Wait until its work is done.' : `It accepts: ${accepts.join(', ')}.`;
}

export function quotaExceeded(bound: keyof Quota, quota: Quota | undefined, usage: Usage): SandboxError {
  const limit = quota?.[bound] ?? null;
  return new SandboxError('quota_exceeded', `The quota of ${bound} (${limit}) of this key would be exceeded.`, {
    hint: 'Stop or delete a sandbox first, or ask for a larger quota.',
    details: { bound, limit, used: usage[bound] },
  });
}
