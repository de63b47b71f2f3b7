import { errorMessage, SandboxError } from '../domain/errors.ts';
import type { DeadlineName, LifetimePolicy } from '../domain/lifetime.ts';
import type { RecordedTransition, Transition } from '../domain/sandbox.ts';
import { sandboxStates } from '../domain/sandbox.ts';
import type { Log } from '../observe/logger.ts';
import type { AgentClient } from '../ports/agent-client.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { LiveStore } from '../ports/live-store.ts';
import type { MemoryKills } from '../ports/memory-kills.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { Tokens } from '../ports/tokens.ts';
import { type ApplyEvent, applyEventWith, followCommit } from './apply-event.ts';
import { type Attempt, attempts } from './attempts.ts';
import { clockGuard } from './clock-guard.ts';
import { type DeadlineScan, deadlineScanWith } from './deadline-scan.ts';
import { type Driven, driver } from './drive.ts';
import { type EngineWatch, watchEngine } from './engine-watch.ts';
import { fullPass, type PassReport } from './full-pass.ts';
import { pauseContainer, resumeContainer } from './jobs/freeze-container.ts';
import { removeContainer } from './jobs/remove-container.ts';
import { startContainer } from './jobs/start-container.ts';
import { stopContainer } from './jobs/stop-container.ts';
import { jobsInFlight } from './jobs-in-flight.ts';
import { keyLock } from './key-lock.ts';
import { flushActivity, healLiveStore } from './live-healer.ts';
import { type Look, observeWith } from './observe.ts';
import { purgeTombstones } from './purge.ts';
import { retries } from './retries.ts';

export interface ReconcilerDeps {
  readonly serviceId: string;
  readonly store: SandboxStore;
  readonly live: LiveStore;
  readonly runtime: ContainerRuntime;
  readonly agent: AgentClient;
  readonly tokens: Tokens;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: LifetimePolicy;
  /** Where the engine's kernel is this machine's. */
  readonly kills?: MemoryKills | undefined;
  readonly orphanGraceMs: number;
  readonly onTransition: (transition: Transition) => void;
  readonly onCorrection: (kind: string) => void;
  readonly onOom: () => void;
  readonly onClockJump: () => void;
}

/** Makes the world what the rows say. Everything that moves a sandbox goes through here. */
export interface Reconciler {
  readonly applyEvent: ApplyEvent;
  /** Live store and feed after a commit that was no transition, or that created the row. */
  readonly followCommit: (
    row: Parameters<typeof followCommit>[1],
    transition: RecordedTransition | null,
  ) => Promise<void>;
  drive(id: string): Promise<Driven>;
  /** The same in the background; failures are retried and logged. */
  driveSoon(id: string): void;
  /** Deadlines that have passed, all kinds asked for, one after the other. */
  scanDeadlines(names: readonly DeadlineName[]): Promise<readonly Awaited<ReturnType<DeadlineScan>>[]>;
  /** undefined when the engine cannot be reached: then nothing was decided. */
  pass(look?: Look): Promise<PassReport | undefined>;
  heal(): Promise<boolean>;
  flushActivity(): Promise<void>;
  purge(): Promise<number>;
  /** Before the port opens: stored states are known, rows and engine agree, what is due has passed. */
  boot(): Promise<void>;
  /** What was last tried for a sandbox whose job is not done; undefined when there is none, or this process tried nothing yet. */
  attemptOf(id: string): Attempt | undefined;
  isEngineReachable(): boolean;
  /** Throws `engine_unavailable` unless the engine is there; costs a call only while the event stream is not open. */
  requireEngine(): Promise<void>;
  /** Ends every wait and lets engine calls under way come back, for at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

const BOOT_PASS_MS = 5_000;

export function reconciler(deps: ReconcilerDeps): Reconciler {
  const { clock, log, store } = deps;
  const lock = keyLock();
  const afterCommit = keyLock();
  const jobs = jobsInFlight();
  let isClosed = false;
  const again = retries(clock, (id) => driveSoon(id));
  const tried = attempts();
  const commitDeps = { ...deps, jobs, afterCommit };
  const applyEvent = applyEventWith(commitDeps);
  const work = {
    startContainer: startContainer(deps),
    stopContainer: stopContainer(deps),
    removeContainer: removeContainer(deps),
    pauseContainer: pauseContainer(deps),
    resumeContainer: resumeContainer(deps),
  };
  const drives = driver({
    ...{ store, clock, log, lock, jobs, applyEvent, work },
    retries: again,
    attempts: tried,
    isClosed: () => isClosed,
  });
  const driveSoon = (id: string) => {
    drives.drive(id).catch((error: unknown) => {
      log.warn(
        { event: 'drive.failed', sandboxId: id, error: errorMessage(error) },
        'a drive failed; it is tried again',
      );
      again.later(id);
    });
  };
  const onCorrection = (kind: string, sandboxId: string) => {
    deps.onCorrection(kind);
    const about = { kind, sandboxId };
    deps.feed.publish({ topic: 'reconcile', row: null, transition: null, notice: 'corrected', about });
    log.warn({ event: 'reconcile.corrected', kind, sandboxId }, 'row and world disagreed; made good');
  };
  const observe = observeWith({ ...deps, lock, driver: drives, applyEvent, onCorrection });
  const guard = clockGuard(clock, (jumpMs) => {
    deps.onClockJump();
    log.error({ event: 'clock.jumped', jumpMs }, 'the wall clock jumped: deadlines wait until it is settled');
  });
  const scanDeadline = deadlineScanWith({ ...deps, guard, applyEvent, driveSoon });
  const healing = { store, live: deps.live, log, afterCommit, onCorrection };
  let watch: EngineWatch | undefined;

  const pass = async (look?: Look): Promise<PassReport | undefined> => {
    try {
      const passDeps = { ...deps, lock, observe, driveSoon, onCorrection };
      return await fullPass(passDeps, look ?? { isAfterEngineLoss: false });
    } catch (error) {
      log.warn({ event: 'reconcile.pass_ended', error: errorMessage(error) }, 'the pass ended without a decision');
      return undefined;
    }
  };
  /** First contact: the networks may be gone, and whatever happened meanwhile is made good. */
  const meetEngine = async (look?: Look) => {
    await deps.runtime.prepare();
    await pass({ isAfterEngineLoss: look?.isAfterEngineLoss ?? false, isAfterGap: true });
  };
  const scanDeadlines = async (names: readonly DeadlineName[]) => {
    const reports: Awaited<ReturnType<DeadlineScan>>[] = [];
    for (const name of names) reports.push(await scanDeadline(name));
    return reports;
  };
  const heal = () => healLiveStore(healing);
  const stopListening = deps.live.onReconnect(() => void heal());

  return {
    applyEvent,
    followCommit(row, transition) {
      if (transition !== null) deps.onTransition(transition);
      return followCommit(commitDeps, row, transition);
    },
    drive: drives.drive,
    driveSoon,
    scanDeadlines,
    pass,
    heal,
    flushActivity: () => flushActivity(healing),
    purge: () => purgeTombstones(deps),
    async boot() {
      await checkStoredStates(store);
      watch = watchEngine({ ...deps, observe, catchUp: meetEngine });
      await withinBoot(clock, meetEngine(), log);
      await scanDeadlines(['startBy', 'stopAt', 'idleStopAt', 'pausedUntil', 'deleteAt']);
      await purgeTombstones(deps);
      await heal();
    },
    attemptOf: tried.find,
    isEngineReachable: () => watch?.isReachable() ?? true,
    async requireEngine() {
      if (watch?.isStreaming() !== true) await deps.runtime.ping();
    },
    async close(graceMs) {
      isClosed = true;
      stopListening();
      again.close();
      jobs.abortAll();
      await watch?.close();
      const endMs = clock.monotonicMs() + graceMs;
      while (lock.size + afterCommit.size > 0 && clock.monotonicMs() < endMs) await clock.sleep(10);
    },
  };
}

/** An engine that is down or slow does not keep the service from starting: unreachable is unknown. */
async function withinBoot(clock: Clock, meeting: Promise<void>, log: Log): Promise<void> {
  const over = new AbortController();
  const met = meeting.catch((error: unknown) => {
    log.warn({ event: 'boot.engine_unavailable', error: errorMessage(error) }, 'booting without the engine');
  });
  await Promise.race([met, clock.sleep(BOOT_PASS_MS, over.signal).catch(() => undefined)]);
  over.abort();
}

async function checkStoredStates(store: SandboxStore): Promise<void> {
  const unknown = (await store.storedStates()).filter((state) => !sandboxStates.some((known) => known === state));
  if (unknown.length === 0) return;
  throw new SandboxError(
    'internal',
    `The database holds sandboxes in states unknown to this release: ${unknown.join(', ')}.`,
    {
      hint: 'It was written by a newer release: start that one, or restore a backup.',
    },
  );
}
