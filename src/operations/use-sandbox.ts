import { isSandboxError, SandboxError } from '../domain/errors.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { AgentAnswer, AgentRequest } from '../ports/agent-client.ts';
import { agentRefusal } from './agent-refusal.ts';
import { type Caller, getVisible } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { conflict, gone } from './lifecycle-call.ts';

export interface UseWish {
  /** What is asked for, as a refusal names it: `exec`, `files`. */
  readonly name: string;
  /** Aborts when the caller has gone, or is sent away; is aborted when the run is over, with what the caller is told. */
  readonly over: AbortController;
  /** False for what only looks, and for callers who say so: it keeps no idle sandbox alive. */
  readonly isActivity: boolean;
}

/** A call that goes on inside a sandbox: over when its run is. */
export interface Use {
  readonly row: Sandbox;
  /** Aborts when the run is over, with what the caller is told, or when the caller leaves. */
  readonly signal: AbortSignal;
  /** Bytes went through; cheap. */
  readonly touch: () => void;
  /** The agent's answer when it is none of an error; throws what its errors are here. */
  ask(request: Omit<AgentRequest, 'signal'>): Promise<AgentAnswer>;
  /** What became of an agent that broke off: the end of its run, or only silence. Waits a moment for the news. */
  whyEnded(): Promise<SandboxError>;
  close(): void;
}

/** The news of a container's end follows the end of its connections by some milliseconds. */
const NEWS_MS = 1_000;

/** Lets a caller in to a sandbox that runs. Throws what its state, or its age, refuses. */
export async function useSandbox(deps: OperationDeps, caller: Caller, id: string, wish: UseWish): Promise<Use> {
  const { over } = wish;
  let first: Sandbox | undefined;
  let newest: Sandbox | undefined;
  const settle = () => {
    if (first === undefined || newest === undefined || isSameRun(newest, first)) return;
    over.abort(ended(deps, newest, wish));
  };
  const close = deps.feed.subscribe(({ row }) => {
    if (row.id !== id) return;
    newest = row;
    settle();
  });
  try {
    const row = await getVisible(deps.store, caller, id);
    first = row;
    const endpoint = requireAgent(deps, row, wish);
    settle();
    over.signal.throwIfAborted();
    return inside(deps, { row, endpoint, wish, close });
  } catch (error) {
    close();
    throw error;
  }
}

interface Inside {
  readonly row: Sandbox;
  readonly endpoint: string;
  readonly wish: UseWish;
  readonly close: () => void;
}

function inside(deps: OperationDeps, { row, endpoint, wish, close }: Inside): Use {
  const over = wish.over.signal;
  const touch = wish.isActivity ? () => deps.activity.touch(row.id, row.incarnation) : () => undefined;
  touch();
  const whyEnded = async () => {
    await deps.clock.sleep(NEWS_MS, over).catch(() => undefined);
    if (isSandboxError(over.reason)) return over.reason;
    return new SandboxError('agent_unavailable', 'The agent inside broke off.', { hint: 'Try again in a moment.' });
  };
  return {
    row,
    signal: over,
    touch,
    async ask(request) {
      const token = deps.tokens.accessToken(row.id);
      const answer = await deps.agent
        .call(endpoint, token, { ...request, signal: over })
        .catch(async (error: unknown) => {
          throw isSandboxError(error, 'agent_unavailable') ? await told(whyEnded(), error) : error;
        });
      if (answer.status < 400) return answer;
      throw await agentRefusal(answer, wish.name === 'files' ? 'file' : wish.name, request);
    },
    whyEnded,
    close,
  };
}

/** The end of the run where that is why; else what the client of agents said. */
async function told(why: Promise<SandboxError>, silent: SandboxError): Promise<SandboxError> {
  const known = await why;
  return known.code === 'agent_unavailable' ? silent : known;
}

/** A run is over when it stopped, not when it is frozen; on its way out its processes may still speak. */
function isSameRun(now: Sandbox, then: Sandbox): boolean {
  const isUp = ['running', 'pausing', 'paused', 'resuming', 'stopping'].includes(now.state);
  return isUp && now.incarnation === then.incarnation;
}

function ended(deps: OperationDeps, row: Sandbox, { name }: UseWish): SandboxError {
  if (row.state === 'deleted' || row.state === 'deleting') return gone(row);
  const { details, hint } = conflict(deps, row, { name, hint: () => hintOf(row) });
  const why = row.reason === null ? '' : ` (${row.reason.code})`;
  const message = `Sandbox ${row.id} stopped${why} while ${name} was under way.`;
  return new SandboxError('conflict', message, { details, ...(hint === undefined ? {} : { hint }) });
}

/** Where the agent of a sandbox that runs answers. */
export function requireAgent(deps: OperationDeps, row: Sandbox, { name }: Pick<UseWish, 'name'>): string {
  if (row.state === 'deleted') throw gone(row);
  if (row.state !== 'running') throw conflict(deps, row, { name, hint: () => hintOf(row) });
  if (row.agentEndpoint !== null) return row.agentEndpoint;
  throw new SandboxError('unsupported', `Sandbox ${row.id} was made by an earlier release: it has no agent inside.`, {
    hint: 'A restart does not give it one: start a new sandbox.',
    details: { runtime: row.runtime },
  });
}

function hintOf({ state }: Sandbox): string | undefined {
  switch (state) {
    case 'pending':
    case 'resuming':
      return 'Wait until it runs: GET it with ?wait=running.';
    case 'paused':
      return 'Resume it first.';
    case 'stopped':
      return 'Restart it first; its files can be read as it is.';
    default:
      return undefined;
  }
}
