import { SandboxError } from '../domain/errors.ts';
import { deleteAtFor, type LifetimePolicy } from '../domain/lifetime.ts';
import type { Sandbox, SandboxState } from '../domain/sandbox.ts';
import { type Caller, getVisible, notFound } from './caller.ts';
import type { OperationDeps } from './deps.ts';

/** What E2B's clients know of states: it runs, or it can be had back. */
export type E2bState = 'running' | 'paused';

/** Our states by what they look like to them; the others are not shown. */
export const statesBehind: Readonly<Record<E2bState, readonly SandboxState[]>> = {
  running: ['pending', 'running', 'resuming'],
  paused: ['pausing', 'paused', 'stopping', 'stopped'],
};

/** How a sandbox looks to E2B's clients; undefined = as if it had never been. */
export function e2bStateOf(row: Sandbox, nowMs: number, policy: LifetimePolicy): E2bState | undefined {
  if (statesBehind.running.includes(row.state)) return 'running';
  if (!statesBehind.paused.includes(row.state)) return undefined;
  return isKept(row, nowMs, policy) ? 'paused' : undefined;
}

function isKept(row: Sandbox, nowMs: number, policy: LifetimePolicy): boolean {
  if (row.deleteAfterStop || row.reason?.code === 'container_lost') return false;
  if (row.state === 'stopping') return deleteAtFor(row, nowMs, policy) > nowMs;
  return row.deleteAtMs === null || row.deleteAtMs > nowMs;
}

export interface Shown {
  readonly row: Sandbox;
  readonly state: E2bState;
}

/** The sandbox as E2B's clients may see it. Throws `sandbox_not_found` for every other. */
export async function getShown(
  deps: Pick<OperationDeps, 'store' | 'clock' | 'policy'>,
  caller: Caller,
  id: string,
): Promise<Shown> {
  const row = await getVisible(deps.store, caller, id);
  const state = e2bStateOf(row, deps.clock.nowMs(), deps.policy);
  if (state === undefined) throw notFound(id);
  return { row, state };
}

/** What is answered when the wait is over and the work goes on: E2B's clients know no 202. */
export function stillWorking(row: Sandbox, what: string): SandboxError {
  return new SandboxError(
    'engine_unavailable',
    `Sandbox ${row.id} is still ${row.state}: it did not ${what} in time.`,
    {
      hint: 'Ask again in a moment: the work goes on.',
    },
  );
}
