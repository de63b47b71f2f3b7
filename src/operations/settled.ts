import { SandboxError } from '../domain/errors.ts';
import { owesDeletion } from '../domain/lifetime.ts';
import type { Reason, Sandbox } from '../domain/sandbox.ts';

/** Stopped and staying so, or already past it. */
export function isStopSettled(row: Sandbox | undefined, nowMs: number): boolean {
  if (row === undefined || row.state === 'deleted') return true;
  return row.state === 'stopped' && !owesDeletion(row, nowMs);
}

export function isDeleteSettled(row: Sandbox | undefined): boolean {
  return row === undefined || row.state === 'deleted';
}

/** The start of this incarnation has come to an end, good or bad. */
export function isStartSettled(row: Sandbox | undefined, incarnation: number): boolean {
  if (row === undefined || row.incarnation > incarnation || hasRun(row)) return true;
  // A start that leaves nothing behind has its end when it is gone.
  if (row.state === 'stopped' && row.deleteIfUnstarted && row.deleteAfterStop) return false;
  return !['pending', 'stopping', 'deleting'].includes(row.state);
}

/** True when the present incarnation got as far as running. */
function hasRun(row: Sandbox): boolean {
  return row.startedAtMs !== null;
}

/** Throws what a start that has settled without running answers; does nothing when it ran. */
export function throwUnlessStarted(row: Sandbox, incarnation: number): void {
  if (row.incarnation > incarnation || hasRun(row)) return;
  const isGone = row.state === 'deleted' || row.state === 'deleting';
  const reason = row.reason;
  if (isGone && row.deleteIfUnstarted && reason !== null && reason.code !== 'requested') {
    throw startFailed(row, reason, 'Nothing of it is kept: start a new one.');
  }
  if (isGone) {
    throw new SandboxError('gone', `Sandbox ${row.id} was deleted while it started.`, { details: { id: row.id } });
  }
  if (reason === null || reason.code === 'requested') {
    throw new SandboxError('conflict', `Sandbox ${row.id} was stopped while it started.`, {
      hint: 'Restart it when you want it again.',
      details: { id: row.id, state: row.state, accepts: ['restart', 'delete'] },
    });
  }
  throw startFailed(row, reason, `The sandbox stays as ${row.state}: restart it to try again, or delete it.`);
}

function startFailed(row: Sandbox, reason: Reason, hint: string): SandboxError {
  const isDiskFull = reason.code === 'disk_full';
  return new SandboxError(isDiskFull ? 'disk_full' : 'start_failed', reason.message, {
    hint,
    details: { id: row.id, reason: reason.code, exitCode: reason.exitCode, logTail: reason.logTail },
  });
}
