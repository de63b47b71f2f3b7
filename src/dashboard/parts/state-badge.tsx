import type { SandboxView } from '../../contract/sandbox-view.ts';

export type State = SandboxView['state'];

/** How each state looks: a colour for the eye, and always its word. */
const TONES: Readonly<Record<State, string>> = {
  warming: 'busy',
  warm: 'rest',
  pending: 'busy',
  running: 'good',
  pausing: 'held',
  paused: 'held',
  resuming: 'busy',
  stopping: 'sand',
  stopped: 'rest',
  deleting: 'bad',
  deleted: 'rest',
};

const WORKING: readonly State[] = ['pending', 'pausing', 'resuming', 'stopping', 'deleting'];

/** What a state filter offers, in the order of a life. */
export const SHOWN_STATES: readonly State[] = [
  'pending',
  'running',
  'pausing',
  'paused',
  'resuming',
  'stopping',
  'stopped',
  'deleting',
  'deleted',
];

interface StateBadgeProps {
  readonly state: State;
  /** One that it was in: nothing moves any more. */
  readonly isPast?: boolean;
}

export function StateBadge({ state, isPast = false }: StateBadgeProps) {
  const isMoving = !isPast && WORKING.includes(state);
  return (
    <span class={`state tone-${TONES[state]}${isMoving ? ' moving' : ''}`} data-state={state}>
      <span class="dot" />
      {state}
    </span>
  );
}
