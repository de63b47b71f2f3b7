import type { Transition } from './wire-events.ts';

type State = Transition['to'];

/** One piece of work on a sandbox, from the transition that began it to the one that settled it. */
export interface Operation {
  readonly key: string;
  readonly sandboxId: string;
  readonly tenant: string | null;
  readonly verb: string;
  readonly actor: string;
  readonly beganMs: number;
  /** null = it runs. */
  readonly endedMs: number | null;
  readonly outcome: 'running' | 'done' | 'failed' | 'superseded';
  readonly reason: string | null;
}

export interface Told {
  readonly sandboxId: string;
  readonly tenant: string | null;
  readonly transition: Transition;
}

const WORKING: ReadonlySet<State> = new Set(['pending', 'pausing', 'resuming', 'stopping', 'deleting']);
const OF_THE_POOL: ReadonlySet<State | null> = new Set(['warming', 'warm']);
/** What ends well when it ends a sandbox. */
const EXPECTED: ReadonlySet<string> = new Set(['requested', 'expired', 'idle', 'exited']);
const VERBS: Readonly<Record<string, string>> = {
  STOP_REQUESTED: 'stop',
  DELETE_REQUESTED: 'delete',
  RESTART_REQUESTED: 'restart',
  PAUSE_REQUESTED: 'pause',
  RESUME_REQUESTED: 'resume',
  CONTAINER_EXITED: 'exit',
  CONTAINER_LOST: 'lost',
  RECLAIMED: 'reclaim',
};

/** Transitions in the order of their `seq` as operations, oldest first. */
export function operationsOf(told: readonly Told[]): readonly Operation[] {
  const all: Operation[] = [];
  const openAt = new Map<string, number>();
  for (const one of told) {
    const at = openAt.get(one.sandboxId);
    const open = at === undefined ? undefined : all[at];
    const step = stepOf(open, one);
    if (step.ended !== undefined && at !== undefined) all[at] = step.ended;
    if (step.began !== undefined) all.push(step.began);
    const last = step.began ?? step.ended;
    if (last?.endedMs === null) openAt.set(one.sandboxId, step.began === undefined ? (at ?? 0) : all.length - 1);
    else openAt.delete(one.sandboxId);
  }
  return all;
}

interface Step {
  /** The open one as it is now. */
  readonly ended?: Operation;
  readonly began?: Operation;
}

function stepOf(open: Operation | undefined, told: Told): Step {
  const { transition } = told;
  if (transition.to === 'warming' || transition.to === 'warm') return {};
  if (open === undefined) return { began: newOperation(told) };
  const isNewWish = transition.event.endsWith('_REQUESTED');
  if (isNewWish && WORKING.has(transition.to)) {
    return { ended: { ...open, endedMs: Date.parse(transition.at), outcome: 'superseded' }, began: newOperation(told) };
  }
  return { ended: settled(open, transition) };
}

function newOperation({ sandboxId, tenant, transition }: Told): Operation {
  const began: Operation = {
    key: `${transition.seq}`,
    ...{ sandboxId, tenant, verb: verbOf(transition), actor: transition.actor },
    ...{ beganMs: Date.parse(transition.at), endedMs: null, outcome: 'running', reason: null },
  };
  return settled(began, transition);
}

/** The operation after one more transition: it ends where the sandbox comes to rest. */
function settled(open: Operation, { to, reason, at, event }: Transition): Operation {
  const isFailure = event.endsWith('_FAILED') || (reason !== undefined && !EXPECTED.has(reason));
  const known = { ...open, reason: reason ?? open.reason };
  const failed = isFailure || open.outcome === 'failed';
  if (WORKING.has(to)) return failed ? { ...known, outcome: 'failed' } : known;
  return { ...known, endedMs: Date.parse(at), outcome: failed ? 'failed' : 'done' };
}

function verbOf({ event, from, to, reason }: Transition): string {
  if (to === 'pending' && (from === null || OF_THE_POOL.has(from))) return 'start';
  if (event === 'DEADLINE_PASSED') {
    if (to === 'deleting') return 'auto-delete';
    return reason === 'idle' ? 'idle timeout' : 'timeout';
  }
  return VERBS[event] ?? event.toLowerCase().replaceAll('_', ' ');
}
