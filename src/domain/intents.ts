/** What the machine writes into the row when something is asked for, or has to be done. */
import { assign as xstateAssign } from 'xstate';
import type { DecisionInput } from './guards.ts';
import { secondsToMs } from './lifetime.ts';
import { deadlineReason, endReason, reasonOf } from './reasons.ts';
import type { Reason, Sandbox } from './sandbox.ts';

type Change = Partial<Sandbox>;

/** `assign` bound to our context, with the change written as one function of row and event. */
export function assign(change: (row: Sandbox, event: DecisionInput) => Change) {
  return xstateAssign<Sandbox, DecisionInput, undefined, DecisionInput, never>(({ context, event }) =>
    change(context, event),
  );
}

const NO_DEADLINES = { stopAtMs: null, idleStopAtMs: null, pausedUntilMs: null, startByMs: null } as const;

/** Why this event ends the live state. */
function reasonFor(event: DecisionInput): Reason {
  switch (event.type) {
    case 'STOP_REQUESTED':
      return reasonOf('requested', 'A stop was requested.');
    case 'DELETE_REQUESTED':
      return reasonOf('requested', 'A forced delete was requested.');
    case 'START_FAILED':
      return event.reason;
    case 'DEADLINE_PASSED':
      return deadlineReason(event.deadline);
    case 'CONTAINER_EXITED':
      return endReason(event.end, event.isAfterEngineLoss);
    case 'RECLAIMED':
      return reasonOf(event.code, event.message);
    case 'CONTAINER_LOST':
      return reasonOf('container_lost', 'Its container was removed from outside; its files are gone.');
    case 'PAUSE_FAILED':
    case 'RESUME_FAILED':
      return reasonOf('crashed', event.message);
    default:
      return reasonOf('requested', 'It was ended.');
  }
}

function graceMs(event: DecisionInput): number {
  if (event.type === 'STOP_REQUESTED') return secondsToMs(event.graceSeconds);
  if (event.type === 'DEADLINE_PASSED' || event.type === 'RECLAIMED') return secondsToMs(event.policy.stopGraceSeconds);
  return 0;
}

function isDeleteOwed(row: Sandbox, event: DecisionInput): boolean {
  if (row.deleteAfterStop || event.type === 'DELETE_REQUESTED') return true;
  if (row.deleteIfUnstarted && !row.ranOnce) return true;
  const isTimeout =
    event.type === 'DEADLINE_PASSED' && (event.deadline === 'stopAt' || event.deadline === 'idleStopAt');
  return isTimeout && row.lifetime.onTimeout === 'delete';
}

export const becomeStopping = assign((row, event) => ({
  ...NO_DEADLINES,
  // Part of the live info, which the stop archives: kept until then, because the live store may not be there.
  stopAtMs: row.stopAtMs,
  // A pause that a deadline asked for has given its reason already.
  reason: event.type === 'PAUSE_FAILED' && row.reason !== null ? row.reason : reasonFor(event),
  killAtMs: event.atMs + graceMs(event),
  remainingMs: null,
  deleteAfterStop: isDeleteOwed(row, event),
}));

export const askForStop = assign((row, event) => ({
  killAtMs: Math.min(row.killAtMs ?? event.atMs, event.atMs + graceMs(event)),
  deleteAfterStop: row.deleteAfterStop || event.type === 'DELETE_REQUESTED',
}));

export const becomePending = assign((row, event) => {
  const wish = event.type === 'RESTART_REQUESTED' ? event.lifetime : {};
  return {
    ...NO_DEADLINES,
    incarnation: row.incarnation + 1,
    reason: null,
    lifetime: { ...row.lifetime, ...wish },
    startByMs: event.atMs + secondsToMs(event.policy.startTimeoutSeconds),
    deleteAtMs: null,
    killAtMs: null,
    remainingMs: null,
    startedAtMs: null,
    stoppedAtMs: null,
    pausedAtMs: null,
    start: null,
  };
});

/** A deadline asks for the pause: the reason tells which, and that a failed pause must not keep it running. */
export const freezeFor = assign((_row, event) => ({ reason: reasonFor(event) }));

export const thaw = assign((row, event) => {
  const timeoutSeconds = event.type === 'RESUME_REQUESTED' ? event.lifetime.timeoutSeconds : undefined;
  if (timeoutSeconds === undefined) return {};
  return {
    lifetime: { ...row.lifetime, timeoutSeconds },
    remainingMs: timeoutSeconds === null ? null : secondsToMs(timeoutSeconds),
  };
});

export const giveReason = assign((_row, event) => ({ reason: reasonFor(event) }));

export const loseContainer = assign((_row, event) => ({ reason: reasonFor(event), containerId: null }));
