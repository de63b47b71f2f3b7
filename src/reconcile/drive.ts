import { jobOf } from '../domain/decide.ts';
import { errorMessage, isSandboxError } from '../domain/errors.ts';
import type { SandboxEvent } from '../domain/events.ts';
import { owesDeletion } from '../domain/lifetime.ts';
import type { JobName } from '../domain/machine.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { Log } from '../observe/logger.ts';
import type { Clock } from '../ports/clock.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { ApplyEvent } from './apply-event.ts';
import type { Attempts } from './attempts.ts';
import type { JobsInFlight } from './jobs-in-flight.ts';
import type { KeyLock } from './key-lock.ts';
import type { Retries } from './retries.ts';

/**
 * Does what the state owes and says what came of it; undefined when the signal ended it first. Every job is an
 * "ensure": twice, at once, or after a crash half way equals once. It throws when the outcome is unknown.
 */
export type Job = (row: Sandbox, signal: AbortSignal) => Promise<SandboxEvent | undefined>;

/** `settled`: owes nothing now. `blocked`: the outcome is unknown, a retry is scheduled. */
export type Driven = 'settled' | 'blocked';

export interface DriveDeps {
  readonly store: SandboxStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly lock: KeyLock;
  readonly jobs: JobsInFlight;
  readonly retries: Retries;
  readonly attempts: Attempts;
  readonly applyEvent: ApplyEvent;
  readonly work: Readonly<Record<JobName, Job>>;
  readonly isClosed: () => boolean;
}

export interface Driver {
  /** Does the work a sandbox owes until it owes none. Safe to call twice, at once, or after a crash. */
  drive(id: string): Promise<Driven>;
  /** The same for a caller that holds the sandbox's lock already. */
  driveLocked(id: string): Promise<Driven>;
}

export function driver(deps: DriveDeps): Driver {
  const driveLocked = async (id: string): Promise<Driven> => {
    while (!deps.isClosed()) {
      const row = await deps.store.find(id);
      if (row === undefined) return settled(deps, id);
      const step = await doOne(deps, row);
      if (step !== 'again') return step;
    }
    return 'blocked';
  };
  return { driveLocked, drive: (id) => deps.lock.run(id, () => driveLocked(id)) };
}

async function doOne(deps: DriveDeps, row: Sandbox): Promise<Driven | 'again'> {
  const now = deps.clock.nowMs();
  if (owesDeletion(row, now)) {
    await deps.applyEvent(row.id, { type: 'DEADLINE_PASSED', deadline: 'deleteAt' }, { actor: 'system' });
    return 'again';
  }
  const job = jobOf(row.state);
  if (job === null) {
    if (row.state === 'deleted' && row.purgeAtMs !== null && row.purgeAtMs <= now) await deps.store.purge(row.id);
    return settled(deps, row.id);
  }
  deps.attempts.begin(row.id, job, now);
  const inFlight = deps.jobs.begin(row.id);
  try {
    const event = await deps.work[job](row, inFlight.signal);
    inFlight.done();
    if (event !== undefined && !inFlight.signal.aborted) {
      await deps.applyEvent(row.id, event, { actor: 'system', forState: row.state });
      settled(deps, row.id);
    }
    return 'again';
  } catch (error) {
    if (inFlight.signal.aborted) return 'again';
    report(deps.log, row, job, error);
    const nextAtMs = deps.retries.later(row.id);
    deps.attempts.fail(row.id, error, { atMs: deps.clock.nowMs(), nextAtMs });
    return 'blocked';
  } finally {
    inFlight.done();
  }
}

/** A job is done, or none is owed: nothing is left to be tried. */
function settled(deps: Pick<DriveDeps, 'retries' | 'attempts'>, id: string): 'settled' {
  deps.retries.forget(id);
  deps.attempts.forget(id);
  return 'settled';
}

function report(log: Log, row: Sandbox, job: JobName, error: unknown): void {
  const fields = {
    event: 'job.failed',
    job,
    sandboxId: row.id,
    incarnation: row.incarnation,
    error: errorMessage(error),
  };
  if (isSandboxError(error)) log.warn(fields, 'the outcome of a job is unknown; it will be tried again');
  else log.error({ ...fields, stack: error instanceof Error ? error.stack : undefined }, 'a job threw');
}
