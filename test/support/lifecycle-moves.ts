import { expect } from 'vitest';
import { isSandboxError } from '../../src/domain/errors.ts';
import { deleteSandbox } from '../../src/operations/delete-sandbox.ts';
import type { CallOutcome, Wait } from '../../src/operations/lifecycle-call.ts';
import { pauseSandbox } from '../../src/operations/pause-sandbox.ts';
import { restartSandbox } from '../../src/operations/restart-sandbox.ts';
import { resumeSandbox } from '../../src/operations/resume-sandbox.ts';
import { startSandbox } from '../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../src/operations/stop-sandbox.ts';
import { adminCaller, type MemoryLifecycle } from './memory-lifecycle.ts';

export const verbs = ['start', 'stop', 'stopNow', 'restart', 'pause', 'resume', 'delete', 'forceDelete'] as const;
/** What the world does by itself, and what runs on a schedule. */
export const worldMoves = ['die', 'oomDie', 'vanish', 'startOutside', 'pauseOutside', 'pass', 'heal', 'scan'] as const;

type Verb = (typeof verbs)[number];
export interface Move {
  readonly id: string;
  readonly act: Verb | (typeof worldMoves)[number];
}

const wait: Wait = { seconds: 30 };

function call({ operations }: MemoryLifecycle, id: string, verb: Verb): Promise<CallOutcome> {
  switch (verb) {
    case 'start':
      return startSandbox(operations, adminCaller, { wish: { id }, idempotencyKey: null }, wait);
    case 'stop':
      return stopSandbox(operations, adminCaller, { id }, wait);
    case 'stopNow':
      return stopSandbox(operations, adminCaller, { id, graceSeconds: 0 }, wait);
    case 'restart':
      return restartSandbox(operations, adminCaller, { id }, wait);
    case 'pause':
      return pauseSandbox(operations, adminCaller, id, wait);
    case 'resume':
      return resumeSandbox(operations, adminCaller, { id }, wait);
    case 'delete':
      return deleteSandbox(operations, adminCaller, { id, force: false }, wait);
    case 'forceDelete':
      return deleteSandbox(operations, adminCaller, { id, force: true }, wait);
    default:
      return verb satisfies never;
  }
}

/** Makes one move; a refusal is an answer, anything unexpected throws. */
export async function act(system: MemoryLifecycle, { id, act }: Move): Promise<void> {
  const { control, lifecycle } = system;
  try {
    if (act === 'die') control.exit(id, { exitCode: 1, oomKilled: false });
    else if (act === 'oomDie') control.exit(id, { exitCode: 137, oomKilled: true });
    else if (act === 'vanish') control.removeOutside(id);
    else if (act === 'startOutside') control.startOutside(id);
    else if (act === 'pauseOutside') control.pauseOutside(id);
    else if (act === 'pass') await lifecycle.pass();
    else if (act === 'heal') await lifecycle.heal();
    else if (act === 'scan') await lifecycle.scanDeadlines(['startBy', 'stopAt', 'deleteAt']);
    else await checkedCall(system, id, act);
  } catch (error) {
    // A refusal is an answer; so is the memory engine's "no such container" to a move of the world.
    // A broken promise of the history shows as a refusal of SQL: there is no other storage trouble in memory.
    const isAnswer = isSandboxError(error) && !['internal', 'storage_unavailable'].includes(error.code);
    const isNothingThere = error instanceof Error && /the memory engine/.test(error.message);
    if (!isAnswer && !isNothingThere) throw error;
  }
}

/** I8: no success is reported before the row says so. */
async function checkedCall(system: MemoryLifecycle, id: string, verb: Verb): Promise<void> {
  const outcome = await call(system, id, verb);
  // Somebody starts the container again behind our back: the job is tried again, the caller is told that it goes on.
  if (outcome.isBlocked) return;
  expect(outcome.isSettled, `${verb} of ${id} within its wait`).toBe(true);
  const events = await system.store.history(id, 0, 1_000);
  if (verb === 'start' || verb === 'restart') {
    const { incarnation } = outcome.row;
    expect(events.some((one) => one.to === 'running' && one.incarnation === incarnation)).toBe(true);
  }
  if (verb === 'forceDelete' || verb === 'delete') expect(events.some(({ to }) => to === 'deleted')).toBe(true);
}

/** Holds once everything has come to rest. */
export async function checkInvariants(system: MemoryLifecycle, ids: readonly string[]): Promise<void> {
  const { control, lifecycle, live, store, transitions } = system;
  await lifecycle.pass();
  await Promise.all(ids.map((id) => lifecycle.drive(id)));
  await lifecycle.pass();
  await lifecycle.heal();
  for (const id of ids) {
    const row = await store.find(id);
    const containers = control.containers().filter(({ sandboxId }) => sandboxId === id);
    const up = containers.filter(({ status }) => status === 'running' || status === 'paused');
    expect(containers.length, `I1: containers of ${id}`).toBeLessThanOrEqual(1);
    if (row === undefined || row.state === 'deleted') {
      expect(containers, `I2: orphans of ${id}`).toEqual([]);
      expect(await live.get(id), `I3: live key of deleted ${id}`).toBeUndefined();
      continue;
    }
    expect(['running', 'paused', 'stopped'], `${id} settles`).toContain(row.state);
    if (row.state === 'stopped') {
      expect(up, `I3: stopped ${id} has nothing up`).toEqual([]);
      expect(await live.get(id), `I3: live key of stopped ${id}`).toBeUndefined();
    } else {
      expect(
        up.map(({ id: container }) => container),
        `I10: ${row.state} ${id} keeps its container`,
      ).toEqual([row.containerId]);
      expect(await live.get(id)).toMatchObject({ incarnation: row.incarnation, state: row.state });
    }
    const history = await store.history(id, 0, 2_000);
    expect(
      history.map(({ number }) => number),
      'I7',
    ).toEqual(history.map((_, place) => place + 1));
    expect(history.at(-1)).toMatchObject({ to: row.state, incarnation: row.incarnation });
  }
  const told = transitions.map(({ sandboxId, number }) => `${sandboxId} ${number}`);
  expect(new Set(told).size, 'I7: each transition once').toBe(told.length);
}
