import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { dyingProcess } from '../../support/crash/memory-crash.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { testFloor } from '../../support/rows.ts';
import { shiftingClock } from '../../support/shifting-clock.ts';
import { slotsOf } from '../../support/slots-of.ts';

const ROUNDS = 200;
const FLOOR = 3;
const TENANTS = ['acme', 'globex', 'initech'] as const;
/** A burst passes some 60 points, and its refills others. */
const POINTS = 90;
const floors = [testFloor(FLOOR)];

describe('a process that dies in a burst of claims', () => {
  it(`${ROUNDS} times over one database and engine: no sandbox is owned twice, none is lost, no slot is left behind`, {
    timeout: 120_000,
  }, async () => {
    const heard = new Map<string, Set<string>>();
    const owners = new Map<string, string>();
    const clock = shiftingClock(0.02);
    let deaths = 0;
    let system: MemoryLifecycle | undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      const dying = dyingProcess();
      const onInit = (endpoint: string, { env }: { readonly env: Readonly<Record<string, string>> }) => {
        if (env['WHO'] !== undefined) heard.set(endpoint, (heard.get(endpoint) ?? new Set()).add(env['WHO']));
      };
      const options = { clock, floors, startConcurrency: 2, orphanGraceMs: 0, faultPoint: dying.faultPoint, onInit };
      const next = await memoryLifecycle({ ...options, ...(system === undefined ? {} : { after: system }) });
      await next.lifecycle.boot();
      await next.pool.begin();
      if (system !== undefined) await settleRound(next, round - 1, owners);
      system = next;
      await eventually('a slot is ready', async () => next.pool.idle().length > 0);
      dying.arm((round * 37) % POINTS);
      const burst = Promise.allSettled(TENANTS.map((tenant) => claim(next, tenant, round)));
      const first = await Promise.race([dying.died.then(() => 'died'), burst.then(() => 'answered')]);
      if (first === 'died') deaths += 1;
      // What is left of it reaches no port any more.
      next.pool.end();
    }
    if (system === undefined) throw new Error('there was no round');
    const last = await memoryLifecycle({ clock, floors, orphanGraceMs: 0, after: system });
    await last.lifecycle.boot();
    await last.pool.begin();
    await settleRound(last, ROUNDS - 1, owners);
    await expectOneEach(last);
    await last.close();
    expect(owners.size).toBe(ROUNDS * TENANTS.length);
    for (const [endpoint, tenants] of heard) expect(tenants.size, `I11: tenants that ${endpoint} heard`).toBe(1);
    expect(deaths).toBeGreaterThan(ROUNDS / 3);
  });
});

const claim = ({ operations }: MemoryLifecycle, tenant: string, round: number) =>
  startSandbox(
    operations,
    { ...adminCaller, tenant },
    { wish: { env: { WHO: tenant } }, idempotencyKey: `round-${round}`, reuseKey: null },
    { seconds: 20 },
  );

/** Every client of the burst asks again. What it gets is its own, and nobody's before. */
async function settleRound(system: MemoryLifecycle, round: number, owners: Map<string, string>): Promise<void> {
  for (const tenant of TENANTS) {
    const { row } = await claim(system, tenant, round);
    expect(row, `round ${round} of ${tenant}`).toMatchObject({ state: 'running', tenant, incarnation: 1 });
    expect(owners.get(row.id), `${row.id} is owned once`).toBeUndefined();
    owners.set(row.id, tenant);
  }
}

async function expectOneEach({ control, lifecycle, pool, store }: MemoryLifecycle): Promise<void> {
  await eventually('the floor is warm', async () => pool.idle().length >= FLOOR);
  await lifecycle.pass();
  const standing = await store.inStates(['warming', 'warm', 'running', 'pending', 'deleting', 'stopping'], null, 5_000);
  const rows = await Promise.all(standing.map(({ id }) => store.find(id)));
  const up = control.containers();
  expect(up.map(({ id, sandboxId }) => `${sandboxId} ${id}`).sort()).toEqual(
    rows.map((row) => `${row?.id} ${row?.containerId}`).sort(),
  );
  const slots = await slotsOf({ pool, store });
  expect(slots.served).toEqual(slots.rows);
  // A death may leave one more behind that was on its way; claims use those up first.
  expect(slots.rows.length).toBeLessThanOrEqual(FLOOR + 2);
}
