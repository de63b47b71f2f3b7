import type { Scheduler } from 'fast-check';
import { isSandboxError } from '../../src/domain/errors.ts';
import type { SandboxEvent } from '../../src/domain/events.ts';
import { containerName } from '../../src/domain/ids.ts';
import { sandboxInfoOf } from '../../src/domain/sandbox-info-of.ts';
import { deleteSandbox } from '../../src/operations/delete-sandbox.ts';
import type { Wait } from '../../src/operations/lifecycle-call.ts';
import { pauseSandbox } from '../../src/operations/pause-sandbox.ts';
import { restartSandbox } from '../../src/operations/restart-sandbox.ts';
import { resumeSandbox } from '../../src/operations/resume-sandbox.ts';
import { startSandbox } from '../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../src/operations/stop-sandbox.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../support/memory-lifecycle.ts';
import { testRow } from '../support/rows.ts';
import { turnClock, untilDone } from './turns.ts';

export const ID = 'one';

/** What is there before anything interleaves. */
export const beginnings = ['pending', 'running', 'stopped', 'leftover'] as const;
export type Beginning = (typeof beginnings)[number];

const callers = ['start', 'stop', 'stopNow', 'restart', 'pause', 'resume', 'delete', 'forceDelete'] as const;
/** Facts of the first run that come late, as from a slow replica: the sandbox is in its second run at least. */
const lateFacts = ['lateExit', 'lateStart', 'lateStop', 'lateDelete'] as const;
export const steps = [...callers, ...lateFacts, 'drive', 'pass', 'heal', 'oldNews', 'die'] as const;
export type Step = (typeof steps)[number];

export interface Interleaved {
  readonly system: MemoryLifecycle;
  /** One step after the other; a refusal is an answer. */
  play(lane: readonly Step[]): Promise<void>;
  /** Lets the scheduler choose who goes on until `work` is done; throws when that cannot come to pass. */
  untilDone(what: string, work: Promise<unknown>): Promise<void>;
  /** Late facts that were believed. */
  readonly believed: readonly Step[];
  close(): Promise<void>;
}

const wait: Wait = { seconds: 30 };
/** A lifecycle in which every call of a port waits for its turn before it happens, and before its answer is heard. */
export async function interleaved(s: Scheduler, beginning: Beginning): Promise<Interleaved> {
  let isScheduled = false;
  const turn = (name: string): Promise<void> | undefined => {
    // SQLite answers in the tick of its commit, and what follows a commit is queued in the order of these answers.
    const isOneWithItsCall = name.startsWith('store.') && name.endsWith(':after');
    return isScheduled && !isOneWithItsCall ? s.schedule(Promise.resolve(), name) : undefined;
  };
  const clock = turnClock(turn);
  const system = await memoryLifecycle({ clock, orphanGraceMs: 0, faultPoint: turn });
  await system.lifecycle.boot();
  const first = await begin(system, beginning);
  isScheduled = true;
  const believed: Step[] = [];
  return {
    system,
    believed,
    async play(lane) {
      for (const step of lane) {
        await turn(`begins ${step}`);
        await answered(async () => {
          const outcome = await take(system, step, first);
          if (outcome === 'accepted') believed.push(step);
        });
      }
    },
    untilDone: (what, work) => untilDone(s, what, work),
    async close() {
      isScheduled = false;
      await system.close();
    },
  };
}

/** The run that late facts speak of: never the present one. */
interface FirstRun {
  readonly incarnation: number;
  readonly startedAt: string;
}

async function begin(system: MemoryLifecycle, beginning: Beginning): Promise<FirstRun> {
  const { operations, lifecycle, control, serviceId, store } = system;
  if (beginning === 'leftover') {
    const container = { ...LEFTOVER, name: containerName(serviceId, ID) };
    control.addOutside(container, serviceId, 'running');
    return { incarnation: 0, startedAt: 'before' };
  }
  const { row } = await startSandbox(operations, adminCaller, { wish: { id: ID }, idempotencyKey: null }, wait);
  await stopSandbox(operations, adminCaller, { id: ID }, wait);
  const restart = { type: 'RESTART_REQUESTED', lifetime: {} } as const;
  await lifecycle.applyEvent(ID, restart, { actor: 'key_admin' });
  if (beginning !== 'pending') await lifecycle.drive(ID);
  if (beginning === 'stopped') await stopSandbox(operations, adminCaller, { id: ID }, wait);
  const now = await store.find(ID);
  if (now?.state !== beginning) throw new Error(`begins ${now?.state}, not ${beginning}`);
  return { incarnation: 1, startedAt: row.containerStartedAt ?? '' };
}

/** The work of a start whose row was lost with a database, or that somebody made by hand. */
const LEFTOVER = {
  sandboxId: ID,
  tenant: 'acme',
  image: 'sandglass-base:latest',
  main: { kind: 'command', command: ['sleep', 'infinity'], env: {}, user: null, workdir: null },
  resources: { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 },
  runtime: 'runc',
  network: 'open',
  address: '10.88.7.7',
  sudo: true,
} as const;

const ANSWERS: readonly string[] = ['conflict', 'gone', 'sandbox_not_found', 'start_failed'];

async function answered(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isNothingThere = error instanceof Error && /the memory engine has no container/.test(error.message);
    if (!isNothingThere && !(isSandboxError(error) && ANSWERS.includes(error.code))) throw error;
  }
}

function take(system: MemoryLifecycle, step: Step, first: FirstRun): Promise<unknown> | undefined {
  const { control, lifecycle, operations } = system;
  const late = async (event: SandboxEvent) => (await lifecycle.applyEvent(ID, event, { actor: 'system' })).outcome;
  switch (step) {
    case 'start':
      return startSandbox(operations, adminCaller, { wish: { id: ID }, idempotencyKey: null }, wait);
    case 'stop':
      return stopSandbox(operations, adminCaller, { id: ID }, wait);
    case 'stopNow':
      return stopSandbox(operations, adminCaller, { id: ID, graceSeconds: 0 }, wait);
    case 'restart':
      return restartSandbox(operations, adminCaller, { id: ID }, wait);
    case 'pause':
      return pauseSandbox(operations, adminCaller, ID, wait);
    case 'resume':
      return resumeSandbox(operations, adminCaller, { id: ID }, wait);
    case 'delete':
      return deleteSandbox(operations, adminCaller, { id: ID, force: false }, wait);
    case 'forceDelete':
      return deleteSandbox(operations, adminCaller, { id: ID, force: true }, wait);
    case 'drive':
      return lifecycle.drive(ID);
    case 'pass':
      return lifecycle.pass();
    case 'heal':
      return lifecycle.heal();
    case 'die':
      return void control.exit(ID, { exitCode: 1, oomKilled: false });
    case 'oldNews':
      return void control.emit({ action: 'die', sandboxId: ID, containerId: 'of the first run' });
    case 'lateExit':
      return late({
        type: 'CONTAINER_EXITED',
        containerStartedAt: first.startedAt,
        end: END,
        isAfterEngineLoss: false,
      });
    case 'lateStart':
      return late({ type: 'START_SUCCEEDED', incarnation: first.incarnation, started: STARTED });
    case 'lateStop':
      return late({
        type: 'STOP_SUCCEEDED',
        incarnation: first.incarnation,
        end: END,
        snapshot: sandboxInfoOf(testRow()),
        isContainerKept: true,
      });
    case 'lateDelete':
      return late({ type: 'DELETE_SUCCEEDED', incarnation: first.incarnation });
    default:
      return step satisfies never;
  }
}

const END = { exitCode: 143, signal: 'SIGTERM', oomKilled: false, logTail: null };
const STARTED = {
  containerId: 'of the first run',
  containerStartedAt: 'the first run',
  address: '10.88.0.9',
  ...{ imageDigest: null, agentVersion: null, agentEndpoint: null },
  limits: testRow().resources,
  report: { path: 'cold', durationMs: 1, stages: {} },
} as const;
