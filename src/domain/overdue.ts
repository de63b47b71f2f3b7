import type { Sandbox, SandboxState } from './sandbox.ts';

/** States whose row says when their work has to be done, and how long after that a sandbox in them is overdue. */
export const overdueByDeadline = {
  // The scan moves it on at startBy: what is still there then waits for a scan that does not run.
  pending: { deadline: 'startByMs', allowanceMs: 30_000 },
  stopping: { deadline: 'killAtMs', allowanceMs: 30_000 },
} as const satisfies Partial<Record<SandboxState, { readonly deadline: keyof Sandbox; readonly allowanceMs: number }>>;

/** States whose work takes milliseconds, and how long after its newest history entry a sandbox in them is overdue. */
export const overdueByAge = {
  pausing: 60_000,
  resuming: 60_000,
  deleting: 60_000,
} as const satisfies Partial<Record<SandboxState, number>>;

/** Overdue sandboxes by state; every state that can be overdue is there, with 0 where none is. */
export type OverdueCounts = Readonly<Record<keyof typeof overdueByDeadline | keyof typeof overdueByAge, number>>;
