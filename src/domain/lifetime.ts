import type { Lifetime, Sandbox } from './sandbox.ts';

/** What the installation says about lifetimes; all spans in seconds. */
export interface LifetimePolicy {
  readonly startTimeoutSeconds: number;
  readonly stopGraceSeconds: number;
  readonly pausedMaxSeconds: number;
  readonly autoDeleteDefaultSeconds: number;
  readonly autoDeleteMaxSeconds: number;
  /** 0 = rows are purged as soon as they are deleted. */
  readonly tombstoneRetentionSeconds: number;
}

/** How long an idempotency key stands for the sandbox it started. */
export const IDEMPOTENCY_WINDOW_MS = 24 * 3_600_000;

export const deadlineNames = ['startBy', 'stopAt', 'idleStopAt', 'pausedUntil', 'deleteAt'] as const;
export type DeadlineName = (typeof deadlineNames)[number];

export function secondsToMs(seconds: number): number {
  return Math.round(seconds * 1000);
}

export function deadlineOf(row: Sandbox, name: DeadlineName): number | null {
  switch (name) {
    case 'startBy':
      return row.startByMs;
    case 'stopAt':
      return row.stopAtMs;
    case 'idleStopAt':
      return row.idleStopAtMs;
    case 'pausedUntil':
      return row.pausedUntilMs;
    case 'deleteAt':
      return row.deleteAtMs;
    default:
      return name satisfies never;
  }
}

export function isDue(row: Sandbox, name: DeadlineName, nowMs: number): boolean {
  const at = deadlineOf(row, name);
  return at !== null && at <= nowMs;
}

export function stopAtFor(lifetime: Lifetime, fromMs: number): number | null {
  return lifetime.timeoutSeconds === null ? null : fromMs + secondsToMs(lifetime.timeoutSeconds);
}

export function idleStopAtFor(lifetime: Lifetime, lastActivityAtMs: number): number | null {
  return lifetime.idleSeconds === null ? null : lastActivityAtMs + secondsToMs(lifetime.idleSeconds);
}

/** When a sandbox stopped at `stoppedAtMs` is deleted by itself; the installation's cap wins over a longer wish. */
export function deleteAtFor(
  row: Pick<Sandbox, 'lifetime' | 'deleteAfterStop'>,
  stoppedAtMs: number,
  policy: LifetimePolicy,
): number {
  if (row.deleteAfterStop) return stoppedAtMs;
  const wish = row.lifetime.autoDeleteSeconds ?? policy.autoDeleteDefaultSeconds;
  return stoppedAtMs + secondsToMs(Math.min(wish, policy.autoDeleteMaxSeconds));
}

/** Lifetime left when frozen at `atMs`: null where there is none, never negative. */
export function remainingMsAt(row: Sandbox, atMs: number): number | null {
  return row.stopAtMs === null ? null : Math.max(0, row.stopAtMs - atMs);
}

/** The end after a thaw: what was left, or the full timeout where nothing was left, so that a resume never expires at once. */
export function stopAtAfterResume(row: Sandbox, atMs: number): number | null {
  if (row.remainingMs === null) return null;
  return row.remainingMs > 0 ? atMs + row.remainingMs : stopAtFor(row.lifetime, atMs);
}

/** True when a stopped sandbox has nothing left to wait for: its deletion is owed. */
export function owesDeletion(row: Sandbox, nowMs: number): boolean {
  return row.state === 'stopped' && isDue(row, 'deleteAt', nowMs);
}

export interface NextDeadline {
  readonly action: 'stop' | 'pause' | 'delete' | 'purge';
  readonly atMs: number;
}

/** The deadline that comes next and what it will do; null when only a call can move the sandbox. */
export function nextDeadline(row: Sandbox): NextDeadline | null {
  const onTimeout = row.lifetime.onTimeout;
  const candidates: NextDeadline[] = [];
  const add = (atMs: number | null, action: NextDeadline['action']) => {
    if (atMs !== null) candidates.push({ action, atMs });
  };
  if (row.state === 'pending') add(row.startByMs, 'stop');
  if (row.state === 'running') {
    add(row.stopAtMs, onTimeout);
    add(row.idleStopAtMs, onTimeout);
  }
  if (row.state === 'paused') add(row.pausedUntilMs, 'stop');
  if (row.state === 'stopped') add(row.deleteAtMs, 'delete');
  if (row.state === 'deleted') add(row.purgeAtMs, 'purge');
  return candidates.sort((a, b) => a.atMs - b.atMs)[0] ?? null;
}
