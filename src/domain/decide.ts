import { type ActorScope, createActor } from 'xstate';
import type { SandboxEvent } from './events.ts';
import type { DecisionInput } from './guards.ts';
import type { LifetimePolicy } from './lifetime.ts';
import { type JobName, sandboxMachine } from './machine.ts';
import { isSlot, type Sandbox, type SandboxState, sandboxStates, type Transition } from './sandbox.ts';

export interface DecisionContext {
  readonly atMs: number;
  /** An API key's id, or `system`. */
  readonly actor: string;
  readonly policy: LifetimePolicy;
}

export type Decision =
  | { readonly outcome: 'accepted'; readonly next: Sandbox; readonly transition: Transition }
  | { readonly outcome: 'refused'; readonly state: SandboxState; readonly accepts: readonly string[] };

const idle = createActor(sandboxMachine);
/**
 * xstate's own `transition` makes an actor for each call: 50 us a decision instead of 26. The machine spawns and sends nothing
 * (test/unit/machine-form.test.ts), so that one that never runs serves all.
 */
const SCOPE: ActorScope<ReturnType<typeof idle.getSnapshot>, DecisionInput> = {
  ...{ self: idle, system: idle.system, id: '', sessionId: '' },
  ...{ logger() {}, defer() {}, emit() {}, stopChild() {}, actionExecutor() {} },
};

/** What a sandbox does about an event. Pure; the caller commits `next` guarded by the version it read. */
export function decide(row: Sandbox, event: SandboxEvent, context: DecisionContext): Decision {
  const input: DecisionInput = { ...event, atMs: context.atMs, policy: context.policy };
  const snapshot = sandboxMachine.resolveState({ value: row.state, context: row });
  if (!snapshot.can(input)) {
    return { outcome: 'refused', state: row.state, accepts: acceptedCalls(row, context) };
  }
  const after = sandboxMachine.transition(snapshot, input, SCOPE);
  const to = after.value;
  const next: Sandbox = {
    ...after.context,
    state: to,
    version: row.version + 1,
    historyNumber: isSlot(after.context) ? row.historyNumber : row.historyNumber + 1,
  };
  return { outcome: 'accepted', next, transition: transitionTo(next, row.state, event.type, context) };
}

/** The history entry for `row` as it is after the event. */
export function transitionTo(
  row: Sandbox,
  from: SandboxState | null,
  event: string,
  context: Pick<DecisionContext, 'atMs' | 'actor'>,
): Transition {
  return {
    number: row.historyNumber,
    sandboxId: row.id,
    tenant: row.tenant,
    from,
    to: row.state,
    event,
    reason: row.reason?.code ?? null,
    actor: context.actor,
    incarnation: row.incarnation,
    atMs: context.atMs,
  };
}

/** The job a state owes; null for a state at rest. */
export function jobOf(state: SandboxState): JobName | null {
  return jobs[state];
}

const jobs: Readonly<Record<SandboxState, JobName | null>> = Object.fromEntries(
  sandboxStates.map((state) => [state, sandboxMachine.states[state]?.meta?.job ?? null]),
) as Record<SandboxState, JobName | null>; // total: made from every state

export const workingStates = sandboxStates.filter((state) => jobOf(state) !== null);

const CALLS: readonly (readonly [string, SandboxEvent])[] = [
  ['stop', { type: 'STOP_REQUESTED', graceSeconds: 0 }],
  ['restart', { type: 'RESTART_REQUESTED', lifetime: {} }],
  ['pause', { type: 'PAUSE_REQUESTED' }],
  ['resume', { type: 'RESUME_REQUESTED', lifetime: {} }],
  ['delete', { type: 'DELETE_REQUESTED', force: false }],
  ['delete?force=true', { type: 'DELETE_REQUESTED', force: true }],
];

/** The calls that the row would accept now, in the API's words. */
export function acceptedCalls(row: Sandbox, context: Pick<DecisionContext, 'atMs' | 'policy'>): readonly string[] {
  const snapshot = sandboxMachine.resolveState({ value: row.state, context: row });
  return CALLS.filter(([, event]) => snapshot.can({ ...event, atMs: context.atMs, policy: context.policy })).map(
    ([call]) => call,
  );
}
