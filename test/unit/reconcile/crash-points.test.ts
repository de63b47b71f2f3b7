import { describe, expect, it } from 'vitest';
import type { SandboxState } from '../../../src/domain/sandbox.ts';
import { deleteSandbox } from '../../../src/operations/delete-sandbox.ts';
import { pauseSandbox } from '../../../src/operations/pause-sandbox.ts';
import { restartSandbox } from '../../../src/operations/restart-sandbox.ts';
import { resumeSandbox } from '../../../src/operations/resume-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { bootAfter, type DyingProcess, dyingProcess } from '../../support/crash/memory-crash.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { type ShiftingClock, shiftingClock } from '../../support/shifting-clock.ts';

const ID = 'victim';
const wait = { seconds: 5 };
const SETTLE_MS = 30;
const start = ({ operations }: MemoryLifecycle) =>
  startSandbox(
    operations,
    adminCaller,
    { wish: { id: ID, lifetime: { autoDeleteSeconds: 60 } }, idempotencyKey: 'once' },
    wait,
  );
const stop = ({ operations }: MemoryLifecycle) => stopSandbox(operations, adminCaller, { id: ID }, wait);
const pause = ({ operations }: MemoryLifecycle) => pauseSandbox(operations, adminCaller, ID, wait);

interface Operation {
  readonly name: string;
  /** Brings the sandbox to where the operation begins. */
  readonly before: (system: MemoryLifecycle) => Promise<unknown>;
  readonly run: (system: MemoryLifecycle, clock: ShiftingClock) => Promise<unknown>;
  /** Where it stands without the operation, and with it; undefined = no row. */
  readonly from: SandboxState | undefined;
  readonly to: SandboxState;
  /** The event that makes the operation accepted: from then on it may not be lost. */
  readonly accepted: string;
}

const operations: readonly Operation[] = [
  {
    ...{ name: 'start cold', from: undefined, to: 'running', accepted: 'START_REQUESTED' },
    before: async () => {},
    run: start,
  },
  { name: 'stop', before: start, run: stop, from: 'running', to: 'stopped', accepted: 'STOP_REQUESTED' },
  {
    ...{ name: 'restart', from: 'stopped', to: 'running', accepted: 'RESTART_REQUESTED' },
    before: async (system) => [await start(system), await stop(system)],
    run: (system) => restartSandbox(system.operations, adminCaller, { id: ID }, wait),
  },
  { name: 'pause', before: start, run: pause, from: 'running', to: 'paused', accepted: 'PAUSE_REQUESTED' },
  {
    ...{ name: 'resume', from: 'paused', to: 'running', accepted: 'RESUME_REQUESTED' },
    before: async (system) => [await start(system), await pause(system)],
    run: (system) => resumeSandbox(system.operations, adminCaller, { id: ID }, wait),
  },
  {
    ...{ name: 'delete', from: 'stopped', to: 'deleted', accepted: 'DELETE_REQUESTED' },
    before: async (system) => [await start(system), await stop(system)],
    run: (system) => deleteSandbox(system.operations, adminCaller, { id: ID, force: false }, wait),
  },
  {
    ...{ name: 'force delete', from: 'running', to: 'deleted', accepted: 'DELETE_REQUESTED' },
    before: start,
    run: (system) => deleteSandbox(system.operations, adminCaller, { id: ID, force: true }, wait),
  },
  {
    ...{ name: 'auto-delete', from: 'deleted', to: 'deleted', accepted: 'DEADLINE_PASSED' },
    before: async (system) => [await start(system), await stop(system)],
    run: async (system, clock) => {
      clock.advance(61_000);
      await system.lifecycle.scanDeadlines(['deleteAt']);
      await eventually('deleted', async () => (await system.store.find(ID))?.state === 'deleted');
    },
  },
  {
    ...{ name: 'expiry', from: 'stopped', to: 'stopped', accepted: 'DEADLINE_PASSED' },
    before: start,
    run: async (system, clock) => {
      clock.advance(301_000);
      await system.lifecycle.scanDeadlines(['stopAt']);
      await eventually('stopped', async () => (await system.store.find(ID))?.state === 'stopped');
    },
  },
];

async function die(operation: Operation, at: number | null) {
  const clock = shiftingClock(0.02);
  const dying: DyingProcess = dyingProcess();
  const system = await memoryLifecycle({ clock, faultPoint: dying.faultPoint });
  await system.lifecycle.boot();
  await operation.before(system);
  dying.arm(at);
  const ran = operation.run(system, clock).then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  const died = dying.died.then(() => 'died' as const);
  // The answer goes out before the last of the work is done: a death after it counts as well.
  const first = await Promise.race([ran, died]);
  const settling = new Promise<'ended'>((resolve) => setTimeout(() => resolve('ended'), SETTLE_MS));
  const outcome = first === 'ended' ? await Promise.race([died, settling]) : first;
  return { system, clock, dying, outcome };
}

/** What must hold once the next process has booted, whatever the dead one was doing. */
async function check(operation: Operation, point: string, dead: MemoryLifecycle, clock: ShiftingClock): Promise<void> {
  const before = await dead.bare.store.history(ID, 0, 100);
  const isAccepted = before.some(({ event }) => event === operation.accepted);
  const next = await bootAfter(dead, { clock, orphanGraceMs: 0 });
  try {
    const expected = isAccepted ? operation.to : operation.from;
    await eventually(
      `${operation.name} at ${point}: ${expected}`,
      async () => (await next.store.find(ID))?.state === expected,
      3_000,
    );
    await next.lifecycle.pass();
    await next.lifecycle.heal();
    const row = await next.store.find(ID);
    const containers = next.control.containers();
    const statuses = containers.map(({ status }) => status);
    const wanted = { running: ['running'], paused: ['paused'], stopped: ['exited'] };
    const inState = row === undefined || row.state === 'deleted' ? [] : wanted[row.state as keyof typeof wanted];
    expect(statuses, `containers after ${point}`).toEqual(inState);
    const live = await next.live.get(ID);
    expect(live?.incarnation, `live key after ${point}`).toBe(
      inState.some((status) => status !== 'exited') ? row?.incarnation : undefined,
    );
    const history = await next.store.history(ID, 0, 100);
    expect(history.map(({ number }) => number)).toEqual(history.map((_, place) => place + 1));
    if (operation.name === 'start cold') {
      const again = await start(next);
      expect(again.row).toMatchObject({ id: ID, state: 'running', incarnation: 1 });
      expect(next.control.containers()).toHaveLength(1);
    }
  } finally {
    await next.close();
  }
}

describe('a process that dies at any point of an operation', () => {
  const table: string[] = [];
  it.each(operations)('$name: the next one finds the truth', { timeout: 60_000 }, async (operation) => {
    const { dying, system } = await die(operation, null);
    await system.close();
    const points = [...dying.passed];
    expect(points.length, 'points of the operation').toBeGreaterThan(5);
    expect(points.some((point) => point.startsWith('store.') && point.endsWith(':before'))).toBe(true);
    for (const [at, point] of points.entries()) {
      const run = await die(operation, at);
      // Timing decides which of several tasks comes first: what counts is that it died somewhere of its own.
      if (run.outcome === 'ended') {
        await run.system.close();
        continue;
      }
      await check(operation, run.dying.passed.at(-1) ?? point, run.system, run.clock);
    }
    table.push(`${operation.name}: ${points.length} points`);
  });

  it('prints what was tried', () => {
    expect(table).toHaveLength(operations.length);
    console.info(`\ncrash points, memory engine\n${table.join('\n')}`);
  });
});
