import { errorMessage, isSandboxError } from '../../domain/errors.ts';
import type { SandboxEvent } from '../../domain/events.ts';
import type { Sandbox } from '../../domain/sandbox.ts';
import type { ContainerFacts } from '../../ports/container-runtime.ts';
import type { Job } from '../drive.ts';
import { endFactsOf, findContainer, isUp, type JobDeps } from './job-deps.ts';

const MOST_ATTEMPTS = 7;
/** Twice as long after each refusal: 3 s in all. */
const FIRST_RETRY_MS = 50;

/** Ends with the container frozen, or with what stands in the way. */
export function pauseContainer(deps: JobDeps): Job {
  return (row, signal) =>
    freezeOrThaw(deps, row, {
      wanted: 'paused',
      act: (facts) => deps.runtime.pause(facts.id),
      succeeded: { type: 'PAUSE_SUCCEEDED', incarnation: row.incarnation },
      failed: (message) => ({ type: 'PAUSE_FAILED', incarnation: row.incarnation, message }),
      signal,
    });
}

/** Ends with the container thawed, or with what stands in the way. */
export function resumeContainer(deps: JobDeps): Job {
  return (row, signal) =>
    freezeOrThaw(deps, row, {
      wanted: 'running',
      act: (facts) => deps.runtime.unpause(facts.id),
      succeeded: { type: 'RESUME_SUCCEEDED', incarnation: row.incarnation },
      failed: (message) => ({ type: 'RESUME_FAILED', incarnation: row.incarnation, message }),
      signal,
    });
}

interface Freezing {
  readonly wanted: 'paused' | 'running';
  readonly act: (facts: ContainerFacts) => Promise<void>;
  readonly succeeded: SandboxEvent;
  readonly failed: (message: string) => SandboxEvent;
  readonly signal: AbortSignal;
}

/**
 * runc on cgroup v1 gives up with "unable to freeze" where not all processes were caught within its own tries: 19 of 141
 * calls right after a start, up to three in a row for one container, with the machine overloaded (2026-11-30). So a
 * refusal is the last word only when it is repeated for seconds, and each one is logged.
 */
async function freezeOrThaw(deps: JobDeps, row: Sandbox, step: Freezing): Promise<SandboxEvent> {
  for (let attempt = 1; ; attempt += 1) {
    const facts = await findContainer(deps, row);
    if (facts === undefined) return lost(row);
    if (facts.status === step.wanted) return step.succeeded;
    if (!isUp(facts)) return exited(deps, row, facts);
    try {
      await step.act(facts);
      return step.succeeded;
    } catch (error) {
      if (isSandboxError(error, 'engine_unavailable')) throw error;
      const message = errorMessage(error);
      const fields = { event: 'freezer.refused', sandboxId: row.id, wanted: step.wanted, attempt, error: message };
      deps.log.warn(fields, 'the engine did not freeze or thaw a container');
      if (attempt === MOST_ATTEMPTS || step.signal.aborted) return failedAfter(deps, row, step, message);
    }
    await deps.clock.sleep(FIRST_RETRY_MS * 2 ** (attempt - 1), step.signal);
  }
}

async function failedAfter(deps: JobDeps, row: Sandbox, step: Freezing, message: string): Promise<SandboxEvent> {
  const after = await findContainer(deps, row);
  if (after === undefined) return lost(row);
  return isUp(after) ? step.failed(message) : exited(deps, row, after);
}

function lost(row: Sandbox): SandboxEvent {
  return { type: 'CONTAINER_LOST', incarnation: row.incarnation };
}

async function exited(deps: JobDeps, row: Sandbox, facts: ContainerFacts): Promise<SandboxEvent> {
  const containerStartedAt = row.containerStartedAt ?? facts.startedAt;
  const end = await endFactsOf(deps, facts);
  return { type: 'CONTAINER_EXITED', containerStartedAt, end, isAfterEngineLoss: false };
}
