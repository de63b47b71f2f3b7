import { expect, it } from 'vitest';
import { deleteSandbox } from '../../../src/operations/delete-sandbox.ts';
import { restartSandbox } from '../../../src/operations/restart-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';

const ROUNDS = 200;
const AT_ONCE = 20;
const wait = { seconds: 10 };

it('10: of a restart and a delete exactly one wins, 200 rounds, and no container is left without its row', async () => {
  const system = await memoryLifecycle();
  try {
    await system.lifecycle.boot();
    const wins: string[] = [];
    for (let round = 0; round < ROUNDS; round += AT_ONCE) {
      const rounds = Array.from({ length: AT_ONCE }, (_, place) => race(system, round + place));
      wins.push(...(await Promise.all(rounds)));
    }
    expect(system.control.containers()).toEqual([]);
    expect(system.corrections).toEqual([]);
    // A race that only ever ends one way was none.
    for (const winner of ['restart', 'delete']) {
      expect(wins.filter((win) => win === winner).length, winner).toBeGreaterThan(10);
    }
  } finally {
    await system.close();
  }
}, 60_000);

async function race({ operations, control, store }: MemoryLifecycle, round: number): Promise<'restart' | 'delete'> {
  const { id } = (await startSandbox(operations, adminCaller, { wish: {}, idempotencyKey: null }, wait)).row;
  await stopSandbox(operations, adminCaller, { id }, wait);
  // Each is held back by its own number of turns, so that they meet in many ways.
  const restart = afterTurns(round % 12, () => restartSandbox(operations, adminCaller, { id }, wait));
  // A restart asks more before it writes: the delete is held back for longer.
  const remove = afterTurns((Math.floor(round / 12) % 12) * 3, () =>
    deleteSandbox(operations, adminCaller, { id, force: false }, wait),
  );
  const [restarted, deleted] = await Promise.allSettled([restart, remove]);
  expect([restarted.status, deleted.status].sort(), `round ${round}`).toEqual(['fulfilled', 'rejected']);
  const row = await store.find(id);
  const own = control.containers().filter(({ sandboxId }) => sandboxId === id);
  if (restarted.status === 'rejected') {
    expect(['conflict', 'gone']).toContain(restarted.reason.code);
    expect([row?.state, own]).toEqual(['deleted', []]);
    return 'delete';
  }
  expect([row?.state, own.map(({ status }) => status)]).toEqual(['running', ['running']]);
  await deleteSandbox(operations, adminCaller, { id, force: true }, wait);
  return 'restart';
}

/** Begins after that many turns of the microtask queue. */
async function afterTurns<T>(turns: number, work: () => Promise<T>): Promise<T> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  return work();
}
