import { isSandboxError, type SandboxError } from '../domain/errors.ts';
import { secondsToMs } from '../domain/lifetime.ts';
import { type Sandbox, sandboxStates } from '../domain/sandbox.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { getShown, stillWorking } from './e2b-standing.ts';
import type { Wait } from './lifecycle-call.ts';
import { patchSandbox } from './patch-sandbox.ts';
import { awaitSandbox } from './read-sandbox.ts';
import { restartSandbox } from './restart-sandbox.ts';
import { resumeSandbox } from './resume-sandbox.ts';
import { stopSandbox } from './stop-sandbox.ts';

export interface ConnectRequest {
  readonly id: string;
  /** At least so long from now when it runs already; exactly so long when it has to be resumed. */
  readonly timeoutSeconds: number;
  /** False: a paused one loses its processes, as by a stop and a restart. */
  readonly keepsMemory: boolean;
}

export interface Connected {
  readonly row: Sandbox;
  /** False when it ran already. */
  readonly isResumed: boolean;
}

/** Enough for pausing, paused, stopping, stopped, and for others who move it meanwhile. */
const MOST_STEPS = 10;

/** Makes a sandbox run, whatever it does now: resumes, restarts, or waits for what is under way. */
export async function connectSandbox(
  deps: OperationDeps,
  caller: Caller,
  request: ConnectRequest,
  wait: Wait,
): Promise<Connected> {
  const endMs = deps.clock.monotonicMs() + secondsToMs(wait.seconds);
  let last: SandboxError | undefined;
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    const { row } = await getShown(deps, caller, request.id);
    const seconds = Math.max(0, (endMs - deps.clock.monotonicMs()) / 1000);
    if (seconds === 0 || wait.signal?.aborted) throw last ?? stillWorking(row, 'come up');
    try {
      const connected = await takeStep(deps, caller, request, { row, wait: { ...wait, seconds } });
      if (connected !== undefined) return connected;
    } catch (error) {
      // Somebody else moved it between the look and the call: look again.
      if (!isSandboxError(error, 'conflict')) throw error;
      last = error;
    }
  }
  const { row } = await getShown(deps, caller, request.id);
  throw last ?? stillWorking(row, 'come up');
}

interface Place {
  readonly row: Sandbox;
  readonly wait: Wait;
}

/** One step towards running; undefined when another look is needed. */
async function takeStep(
  deps: OperationDeps,
  caller: Caller,
  request: ConnectRequest,
  { row, wait }: Place,
): Promise<Connected | undefined> {
  const lifetime = { timeoutSeconds: request.timeoutSeconds };
  const asked = { id: row.id, lifetime };
  const resumed = (outcome: { readonly row: Sandbox; readonly isSettled: boolean }) => {
    if (!outcome.isSettled) throw stillWorking(outcome.row, 'come up');
    return { row: outcome.row, isResumed: true };
  };
  switch (row.state) {
    case 'running': {
      const extended = await extendTimeout(deps, caller, asked.id, request.timeoutSeconds);
      return extended.state === 'running' ? { row: extended, isResumed: false } : undefined;
    }
    case 'paused':
      if (request.keepsMemory) return resumed(await resumeSandbox(deps, caller, asked, wait));
      await stopSandbox(deps, caller, { id: row.id }, wait);
      return undefined;
    case 'stopped':
      return resumed(await restartSandbox(deps, caller, asked, wait));
    default: {
      const states = sandboxStates.filter((state) => state !== row.state);
      const until = { states, timeoutSeconds: wait.seconds, ...(wait.signal ? { signal: wait.signal } : {}) };
      await awaitSandbox(deps, caller, row.id, until);
      return undefined;
    }
  }
}

/** Moves the end of a running sandbox to `seconds` from now, unless it is later already. Answers the row. */
export function extendTimeout(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  timeoutSeconds: number,
): Promise<Sandbox> {
  const patch = { lifetime: { timeoutSeconds }, labels: {}, resources: {} };
  const isLater = ({ state, stopAtMs }: Sandbox) =>
    state === 'running' && stopAtMs !== null && stopAtMs < deps.clock.nowMs() + secondsToMs(timeoutSeconds);
  return patchSandbox(deps, caller, id, patch, isLater);
}
