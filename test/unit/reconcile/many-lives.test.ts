import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { deleteSandbox } from '../../../src/operations/delete-sandbox.ts';
import { restartSandbox } from '../../../src/operations/restart-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { shiftingClock } from '../../support/shifting-clock.ts';

const CYCLES = 1_000;
const WARM_UP = 200;
const LANES = 8;
const MOST_MIB = 20;
const wait = { seconds: 10 };

it(`${CYCLES} of start, stop, restart and delete leave no row, key, container or open file, and less than ${MOST_MIB} MiB`, {
  timeout: 60_000,
}, async () => {
  const system = await memoryLifecycle({ clock: shiftingClock(0.02), policy: { tombstoneRetentionSeconds: 0 } });
  try {
    await system.lifecycle.boot();
    await cycles(system, WARM_UP);
    const before = { usedMib: usedMib(system), files: openFiles() };
    await cycles(system, CYCLES);
    const grownMib = usedMib(system) - before.usedMib;
    console.info(`${CYCLES} cycles: grown by ${grownMib.toFixed(1)} MiB`);
    expect(grownMib).toBeLessThan(MOST_MIB);
    expect(openFiles()).toBeLessThanOrEqual(before.files);
    expect(await liveKeys(system)).toEqual([]);
    expect(await system.store.countByState()).toEqual({});
    expect(system.control.containers()).toEqual([]);
    expect(system.corrections).toEqual([]);
  } finally {
    await system.close();
  }
});

async function cycles(system: MemoryLifecycle, count: number): Promise<void> {
  const places = Array.from({ length: count }, (_, place) => place).values();
  const lane = async () => {
    for (const _ of places) await live(system);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  // What the test itself remembers is not the product's.
  system.transitions.length = 0;
}

async function live({ operations, store }: MemoryLifecycle): Promise<void> {
  const { row } = await startSandbox(operations, adminCaller, { wish: {}, idempotencyKey: null }, wait);
  const { id } = row;
  await stopSandbox(operations, adminCaller, { id }, wait);
  const again = await restartSandbox(operations, adminCaller, { id }, wait);
  expect(again.row).toMatchObject({ state: 'running', incarnation: 2 });
  await deleteSandbox(operations, adminCaller, { id, force: true }, wait);
  await eventually(`${id} is purged`, async () => (await store.find(id)) === undefined);
}

async function liveKeys({ live: store }: MemoryLifecycle): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const page of store.ids()) ids.push(...page);
  return ids;
}

/**
 * What is still referred to once all garbage is collected, and the pages of the database. Resident memory says less
 * here: V8 keeps what it has freed for later, 40 MiB more or less (2026-11-24). test/e2e/cycles measures the service's.
 */
function usedMib({ connection }: MemoryLifecycle): number {
  setFlagsFromString('--expose-gc');
  // Declared by the flag alone.
  const gc: () => void = runInNewContext('gc');
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  const pages = connection.db.get<[number]>(
    sql`select page_count * page_size from pragma_page_count, pragma_page_size`,
  );
  return (heapUsed + external + Number(Object.values(pages)[0])) / 2 ** 20;
}

const openFiles = () => readdirSync('/proc/self/fd').length;
