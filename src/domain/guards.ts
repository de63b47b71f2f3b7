import type { SandboxEvent } from './events.ts';
import { type DeadlineName, isDue, type LifetimePolicy, secondsToMs } from './lifetime.ts';
import { type Sandbox, sameLimits } from './sandbox.ts';

/** An event with what a decision may not fetch by itself. */
export type DecisionInput = SandboxEvent & { readonly atMs: number; readonly policy: LifetimePolicy };

/** True when a fact or an outcome is about the run that the row has now, not about one before. */
export function isThisRun(row: Sandbox, event: SandboxEvent): boolean {
  if (event.type === 'CONTAINER_EXITED') return event.containerStartedAt === row.containerStartedAt;
  return 'incarnation' in event && event.incarnation === row.incarnation;
}

/** True for a start of this run with the limits that the row has by now: a PATCH may have come between. */
export function isStartedAsAsked(row: Sandbox, event: SandboxEvent): boolean {
  return event.type === 'START_SUCCEEDED' && isThisRun(row, event) && sameLimits(row.resources, event.started.limits);
}

export function isDeadline(row: Sandbox, event: DecisionInput, ...names: readonly DeadlineName[]): boolean {
  return event.type === 'DEADLINE_PASSED' && names.includes(event.deadline) && isDue(row, event.deadline, event.atMs);
}

/** True for a stop that would kill sooner than the stop under way, or the first force delete during it. */
export function isBroughtForward(row: Sandbox, event: DecisionInput): boolean {
  if (event.type === 'DELETE_REQUESTED') return event.force && !row.deleteAfterStop;
  if (event.type !== 'STOP_REQUESTED') return false;
  return row.killAtMs !== null && event.atMs + secondsToMs(event.graceSeconds) < row.killAtMs;
}

export function canRestart(row: Sandbox, atMs: number): boolean {
  return row.reason?.code !== 'container_lost' && (row.deleteAtMs === null || row.deleteAtMs > atMs);
}
