import { InvalidArgumentError } from 'commander';
import type { SandboxView } from '../../sdk/index.ts';

type State = SandboxView['state'];

const STATES = {
  pending: true,
  running: true,
  pausing: true,
  paused: true,
  resuming: true,
  stopping: true,
  stopped: true,
  deleting: true,
  deleted: true,
} as const satisfies Partial<Record<State, true>>;

/** A comma list. */
export function stateList(text: string): readonly State[] {
  const states = text.split(',').filter(isState);
  if (states.length === text.split(',').length) return states;
  throw new InvalidArgumentError(`It is a comma list of ${Object.keys(STATES).join(', ')}.`);
}

function isState(text: string): text is keyof typeof STATES {
  return Object.hasOwn(STATES, text);
}
