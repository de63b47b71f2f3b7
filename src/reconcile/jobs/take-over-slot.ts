import { errorMessage, isSandboxError, SandboxError } from '../../domain/errors.ts';
import type { SandboxEvent } from '../../domain/events.ts';
import { reasonOf } from '../../domain/reasons.ts';
import { isClaimed, type Sandbox } from '../../domain/sandbox.ts';
import type { AgentInitOutcome } from '../../ports/agent-client.ts';
import { endOf, runFor } from './hand-over.ts';
import { endFactsOf, type JobDeps } from './job-deps.ts';
import type { Stopwatch } from './stopwatch.ts';

/** A slot has answered its rehearsal: one that is silent for so long is dead. */
const PATIENCE_MS = 500;
/** A command is started and looked at before the answer: for 50 ms, up to a second where it gets no CPU. */
const COMMAND_PATIENCE_MS = 2_000;
const MOST_ATTEMPTS = 5;

/**
 * The container of a claimed slot takes the sandbox over: one call to its agent, and none to the engine unless its limits
 * differ. `unfit`: the agent is dead, or serves somebody else. The same run again is the same answer.
 */
export async function takeOverSlot(
  deps: JobDeps,
  row: Sandbox,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<SandboxEvent | undefined | 'unfit'> {
  const { containerId } = row;
  if (containerId === null) return 'unfit';
  if (row.owesResources) {
    const isUpdated = await watch.stage('update', () => updated(deps, containerId, row));
    if (!isUpdated) return 'unfit';
  }
  const answer = await watch.stage('ready', () => ask(deps, row, signal));
  if (signal.aborted) return undefined;
  if (answer === 'silent' || answer.outcome === 'other_incarnation') return 'unfit';
  if (answer.outcome === 'ready') watch.agentTook(answer.tookMs);
  if (answer.outcome === 'refused') return refusedBy(deps, row, containerId, answer.message);
  return {
    type: 'START_SUCCEEDED',
    incarnation: row.incarnation,
    started: {
      containerId,
      containerStartedAt: row.containerStartedAt ?? '',
      address: row.address,
      imageDigest: row.imageDigest,
      agentVersion: row.agentVersion,
      agentEndpoint: row.agentEndpoint,
      limits: row.resources,
      report: watch.report('warm'),
    },
  };
}

/**
 * The row as it is then: it knows of no container, and the next one is made for it, whatever happens in between. The
 * slot's is still there under its name; it was made for nobody, and gives way to the next one. Throws `conflict` when
 * the start is over, or the row moves on and on: then nothing was written.
 */
export async function forgetSlot(deps: Pick<JobDeps, 'store' | 'log'>, asked: Sandbox): Promise<Sandbox> {
  const { id } = asked;
  deps.log.warn({ event: 'pool.unfit', sandboxId: id }, 'a claimed slot did not take its sandbox over: made anew');
  const none = { containerId: null, containerStartedAt: null, agentEndpoint: null, agentVersion: null };
  for (let row: Sandbox | undefined = asked, attempt = 1; row !== undefined && isClaimed(row); attempt += 1) {
    const next: Sandbox = { ...row, ...none, version: row.version + 1 };
    const replaced = await deps.store.replace({ next, expectedVersion: row.version, transition: null });
    if (replaced.outcome === 'replaced') return next;
    // A PATCH came between.
    row = attempt < MOST_ATTEMPTS ? await deps.store.find(id) : undefined;
  }
  throw new SandboxError('conflict', `Sandbox ${id} moved while it started.`);
}

async function ask(deps: JobDeps, row: Sandbox, signal: AbortSignal): Promise<AgentInitOutcome | 'silent'> {
  if (row.agentEndpoint === null) return 'silent';
  const run = runFor(deps, row);
  const patienceMs = run.command === null ? PATIENCE_MS : COMMAND_PATIENCE_MS;
  try {
    const secret = deps.tokens.initSecret(row.id);
    return await deps.agent.init(row.agentEndpoint, secret, run, { patienceMs, isUp: true, signal });
  } catch (error) {
    if (signal.aborted || isSandboxError(error, 'agent_unavailable')) return 'silent';
    throw error;
  }
}

/** False where the engine has no such container any more. */
async function updated(deps: JobDeps, containerId: string, row: Sandbox): Promise<boolean> {
  try {
    await deps.runtime.update(containerId, row.resources);
    return true;
  } catch (error) {
    if (isSandboxError(error, 'engine_unavailable')) throw error;
    deps.log.warn({ event: 'pool.not_updated', sandboxId: row.id, error: errorMessage(error) }, 'limits not changed');
    return false;
  }
}

/** Its command ended at once, or could not be started: the agent ends with it. */
async function refusedBy(deps: JobDeps, row: Sandbox, containerId: string, message: string): Promise<SandboxEvent> {
  const facts = await deps.runtime.inspect(containerId);
  const end = facts === undefined ? undefined : await endFactsOf(deps, await endOf(deps, facts));
  const reason = reasonOf('start_failed', facts?.error || message, end);
  return { type: 'START_FAILED', incarnation: row.incarnation, reason };
}
