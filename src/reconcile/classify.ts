import { jobOf } from '../domain/decide.ts';
import type { Sandbox, SandboxState } from '../domain/sandbox.ts';
import type { ContainerFacts, ContainerStatus } from '../ports/container-runtime.ts';

/** What a row and the container that was found for it ask for together. */
export type Finding =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'drive' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'exited' }
  /** Up, but started by somebody else since: what ran in it is gone. */
  | { readonly kind: 'restarted_outside' }
  | { readonly kind: 'thawed_outside' }
  | { readonly kind: 'frozen_outside' }
  | { readonly kind: 'up_while_stopped' }
  | { readonly kind: 'recycle' }
  | { readonly kind: 'orphan' };

export type FoundContainer = Pick<ContainerFacts, 'status' | 'startedAt'>;

/** The table of design/lifecycle.md, "Reconcile". `row` undefined: no such sandbox. `container` undefined: none found. */
export function classify(row: Sandbox | undefined, container: FoundContainer | undefined): Finding {
  if (row === undefined || row.state === 'deleted') return { kind: container === undefined ? 'agrees' : 'orphan' };
  if (jobOf(row.state) !== null) return { kind: 'drive' };
  const status = container?.status;
  switch (row.state) {
    case 'running':
    case 'paused':
      return atRest(row, container);
    case 'stopped':
      if (status === undefined) return { kind: canBeLost(row) ? 'lost' : 'agrees' };
      return { kind: status === 'running' || status === 'paused' ? 'up_while_stopped' : 'agrees' };
    case 'warm':
      return { kind: status === 'running' ? 'agrees' : 'recycle' };
    default:
      return { kind: 'drive' };
  }
}

function atRest(row: Sandbox, container: FoundContainer | undefined): Finding {
  if (container === undefined) return { kind: 'lost' };
  if (container.status !== 'running' && container.status !== 'paused') return { kind: 'exited' };
  if (container.startedAt !== row.containerStartedAt) return { kind: 'restarted_outside' };
  if (container.status === row.state) return { kind: 'agrees' };
  return { kind: row.state === 'paused' ? 'thawed_outside' : 'frozen_outside' };
}

function canBeLost(row: Sandbox): boolean {
  return row.ranOnce && row.reason?.code !== 'container_lost';
}

/** Whether a list entry could disagree with a state at rest: only then is the container looked at closely. */
export function needsLook(state: SandboxState, status: ContainerStatus | undefined): boolean {
  if (hasRun(state)) return status !== state;
  if (state === 'stopped') return status === undefined || status === 'running' || status === 'paused';
  return state === 'warm' && status !== 'running';
}

/** States of which a run of the container is a part. */
export function hasRun(state: SandboxState): boolean {
  return state === 'running' || state === 'paused';
}
