import { errorMessage, isSandboxError, SandboxError } from '../../domain/errors.ts';
import type { SandboxEvent } from '../../domain/events.ts';
import { reasonOf } from '../../domain/reasons.ts';
import { isClaimed, type ReasonCode, type Sandbox, type StartPath, sameLimits } from '../../domain/sandbox.ts';
import type { ContainerFacts } from '../../ports/container-runtime.ts';
import type { Job } from '../drive.ts';
import { ensureFreshContainer, takeAddress } from './fresh-container.ts';
import { endOf, handOver } from './hand-over.ts';
import { endFactsOf, findContainer, type JobDeps } from './job-deps.ts';
import { type Stopwatch, stopwatch } from './stopwatch.ts';
import { forgetSlot, takeOverSlot } from './take-over-slot.ts';

const MOST_ADDRESSES = 5;

/** Ends with a running container for this incarnation, or says why there is none. */
export function startContainer(deps: JobDeps): Job {
  return async (asked, signal) => {
    let row = asked;
    const watch = stopwatch(deps.clock);
    try {
      if (isClaimed(row)) {
        const taken = await takeOverSlot(deps, row, watch, signal);
        if (taken !== 'unfit') return taken;
        row = await forgetSlot(deps, row);
      }
      const facts = row.ranOnce
        ? await watch.stage('inspect', () => recordedContainer(deps, row))
        : await ensureFreshContainer(deps, row, watch, signal);
      if (facts === undefined) return failed(row, 'container_lost', 'Its container was removed; its files are gone.');
      if (facts === 'name_conflict') {
        return failed(row, 'name_conflict', 'Another container of the engine has the name of this sandbox.');
      }
      if (signal.aborted) return undefined;
      await watch.stage('start', () => bringUp(deps, row, facts));
      const refusal = await watch.stage('ready', () => handOver(deps, row, facts, { signal, onTook: watch.agentTook }));
      if (signal.aborted) return undefined;
      return await verify(deps, row, facts, { watch, refusal });
    } catch (error) {
      return failureOf(row, error);
    }
  };
}

/** The container of the runs before; a sandbox that ran is never given another one in silence. */
async function recordedContainer(deps: JobDeps, row: Sandbox): Promise<ContainerFacts | undefined> {
  return row.containerId === null ? undefined : findContainer(deps, row);
}

async function bringUp(deps: JobDeps, row: Sandbox, facts: ContainerFacts): Promise<void> {
  // A PATCH of resources since it was made takes effect here.
  if (!sameLimits(facts.resources, row.resources)) await deps.runtime.update(facts.id, row.resources);
  if (facts.status === 'paused') await deps.runtime.unpause(facts.id);
  else if (facts.status !== 'running') await startAtFreeAddress(deps, row, facts);
}

async function startAtFreeAddress(deps: JobDeps, row: Sandbox, facts: ContainerFacts): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await deps.runtime.start(facts.id, facts);
    } catch (error) {
      const isTaken = isSandboxError(error, 'conflict') && error.details['reason'] === 'address_in_use';
      if (!isTaken || attempt === MOST_ADDRESSES) throw error;
      const network = row.internet ? 'open' : 'closed';
      await deps.runtime.moveAddress(facts.id, network, await takeAddress(deps, row));
    }
  }
}

interface Started {
  readonly watch: Stopwatch;
  /** Why the agent did not take the run over; undefined when it did. */
  readonly refusal: string | undefined;
}

async function verify(
  deps: JobDeps,
  row: Sandbox,
  started: ContainerFacts,
  { watch, refusal }: Started,
): Promise<SandboxEvent> {
  const facts = await watch.stage('verify', () => deps.runtime.inspect(started.id));
  if (facts === undefined) return failed(row, 'container_lost', 'Its container was removed while it started.');
  if (facts.status !== 'running' || refusal !== undefined) {
    const ended = facts.status === 'running' ? await endOf(deps, facts) : facts;
    const end = await endFactsOf(deps, ended);
    const code = end.exitCode ?? 'unknown';
    const words = refusal ?? `Its command ended at once with code ${code}.`;
    const message = facts.error === '' ? words : facts.error;
    return { type: 'START_FAILED', incarnation: row.incarnation, reason: reasonOf('start_failed', message, end) };
  }
  const path: StartPath = row.ranOnce ? 'restart' : 'cold';
  return {
    type: 'START_SUCCEEDED',
    incarnation: row.incarnation,
    started: {
      containerId: facts.id,
      containerStartedAt: facts.startedAt,
      address: facts.address,
      imageDigest: facts.imageDigest,
      agentVersion: facts.agentVersion,
      agentEndpoint: facts.agentEndpoint,
      limits: row.resources,
      report: watch.report(path),
    },
  };
}

function failed(row: Sandbox, code: ReasonCode, message: string): SandboxEvent {
  return { type: 'START_FAILED', incarnation: row.incarnation, reason: reasonOf(code, message) };
}

/** What the engine answered is a failed start; what it did not answer is unknown and tried again. */
function failureOf(row: Sandbox, error: unknown): SandboxEvent {
  if (isSandboxError(error, 'engine_unavailable') || isSandboxError(error, 'storage_unavailable')) throw error;
  if (!(error instanceof SandboxError)) throw error;
  if (error.code === 'not_found') return failed(row, 'container_lost', 'Its container was removed while it started.');
  return failed(row, error.code === 'disk_full' ? 'disk_full' : 'start_failed', errorMessage(error));
}
