import { isSandboxError } from '../../domain/errors.ts';
import { isSlot, type Sandbox } from '../../domain/sandbox.ts';
import { readSpec, type Spec } from '../../domain/spec.ts';
import type { AgentInit, AgentInitOutcome } from '../../ports/agent-client.ts';
import type { ContainerFacts } from '../../ports/container-runtime.ts';
import { specOf } from './fresh-container.ts';
import type { JobDeps } from './job-deps.ts';

/** How long the agent may be silent before the engine is asked whether its container still runs. */
const PATIENCE_MS = 2_000;
const END_LOOKS = 50;
const END_LOOK_MS = 20;

interface HandOverOptions {
  readonly signal: AbortSignal;
  /** What the agent itself took, milliseconds; undefined where it does not say. */
  readonly onTook: (ms: number | undefined) => void;
}

/**
 * Hands the run to the agent inside; ready means that it answers. undefined when it took it, or when its container has
 * ended (verify tells how); else why it did not. A container of a release without an agent is ready as it is.
 */
export async function handOver(
  deps: JobDeps,
  row: Sandbox,
  started: ContainerFacts,
  { signal, onTook }: HandOverOptions,
): Promise<string | undefined> {
  if (started.agentVersion === null) return undefined;
  let isRestarted = false;
  for (let endpoint = started.agentEndpoint; !signal.aborted; ) {
    const answer = endpoint === null ? 'silent' : await init(deps, row, endpoint, signal);
    if (signal.aborted) return undefined;
    if (answer !== 'silent') {
      if (answer.outcome === 'ready') {
        onTook(answer.tookMs);
        return undefined;
      }
      if (answer.outcome === 'refused') return answer.message;
      // After the database was restored: its files are somebody's, and a restart would keep them.
      if (isSlot(row)) return 'Its agent serves somebody already.';
      // It runs since an earlier incarnation: whoever started it was not us.
      if (isRestarted) return 'Its agent serves another run and does not let go of it.';
      isRestarted = true;
      await deps.runtime.kill(started.id);
      await deps.runtime.start(started.id);
    }
    const facts = await deps.runtime.inspect(started.id);
    if (facts?.status !== 'running') return undefined;
    endpoint = facts.agentEndpoint;
  }
  return undefined;
}

async function init(
  deps: JobDeps,
  row: Sandbox,
  endpoint: string,
  signal: AbortSignal,
): Promise<AgentInitOutcome | 'silent'> {
  try {
    const options = { patienceMs: PATIENCE_MS, signal };
    return await deps.agent.init(endpoint, deps.tokens.initSecret(row.id), runFor(deps, row), options);
  } catch (error) {
    if (signal.aborted || isSandboxError(error, 'agent_unavailable')) return 'silent';
    throw error;
  }
}

/** What its agent is told of this run; a slot's is a rehearsal, incarnation 0. */
export function runFor(deps: JobDeps, row: Sandbox): AgentInit {
  const { env, user, workdir, command } = specFor(deps, row);
  const { id, incarnation, createdAtMs } = row;
  return { incarnation, createdAtMs, accessToken: deps.tokens.accessToken(id), env, user, workdir, command };
}

/** Files are worth more than a spec: what ran once comes back with the defaults where its spec is lost. */
function specFor(deps: JobDeps, row: Sandbox): Pick<Spec, 'env' | 'user' | 'workdir' | 'command'> {
  if (!row.ranOnce) return specOf(row);
  const reading = readSpec(row.spec);
  if (reading.outcome === 'ok') return reading.spec;
  const fields = { event: 'spec.lost', sandboxId: row.id, outcome: reading.outcome };
  deps.log.warn(fields, 'its spec cannot be read: restarted without environment and command');
  return { env: {}, user: null, workdir: null, command: null };
}

/** A container whose agent has refused ends by itself; one that does not within a second is ended. */
export async function endOf(deps: JobDeps, running: ContainerFacts): Promise<ContainerFacts> {
  for (let look = 0; look < END_LOOKS; look++) {
    const facts = await deps.runtime.inspect(running.id);
    if (facts === undefined || facts.status !== 'running') return facts ?? running;
    await deps.clock.sleep(END_LOOK_MS);
  }
  await deps.runtime.kill(running.id);
  return (await deps.runtime.inspect(running.id)) ?? running;
}
