import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type InterleavedPool,
  interleavedPool,
  QUOTA,
  type Step,
  type StepOfTwo,
  steps,
  stepsOfTwo,
} from './interleaved-pool.ts';

const SEED = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env['RUNS'] ?? 120);
/** A counterexample is made smaller for at most so long. */
const BOUND_MS = 40_000;

type Lanes<S> = readonly (readonly S[])[];

/** The races that the guards are for, each with whatever else may come between. */
const races: Readonly<Record<string, Lanes<Step>>> = {
  'as many claims as slots, and two more': [['claim'], ['claimOfGlobex'], ['claimOfGlobex'], ['claimNoWait']],
  'claims while the slots die': [['claim'], ['killSlot'], ['claimOfGlobex'], ['killSlot'], ['claimBigger']],
  'claims while the slots are closed': [['claim', 'claim'], ['closeSlot'], ['evict'], ['claimOfGlobex'], ['refresh']],
  'one idempotency key': [['claimByKey'], ['claimByKey'], ['claimByKey'], ['killSlot'], ['evict']],
  'one reuse key': [['claimByReuseKey'], ['claimByReuseKey'], ['claimByReuseKey'], ['killSlot'], ['pass']],
  'more than the quota': [['claim'], ['claim'], ['claimByKey'], ['claimByReuseKey'], ['claim']],
  'a claim that is ended at once': [['claim'], ['stop'], ['claimOfGlobex'], ['forceDelete'], ['drive']],
};
const lanesOf = <S extends string>(all: readonly S[]): fc.Arbitrary<Lanes<S>> =>
  fc.array(fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 6 });

describe(`a pool at every await of the ports (FAST_CHECK_SEED=${SEED})`, () => {
  it.each(Object.keys(races))('%s: nothing is served twice or lost', { timeout: 2 * BOUND_MS }, async (name) => {
    await hold(fc.constant(races[name] ?? []), false, RUNS / 4);
  });

  it('any claims, ends, deaths, evictions and sweeps: nothing is served twice or lost', {
    timeout: 2 * BOUND_MS,
  }, async () => {
    await hold(lanesOf(steps), false, RUNS);
  });

  it('two processes that have the same slots in memory: nothing is served twice', {
    timeout: 2 * BOUND_MS,
  }, async () => {
    await hold(lanesOf(stepsOfTwo), true, RUNS / 2);
  });
});

async function hold(plans: fc.Arbitrary<Lanes<Step | StepOfTwo>>, hasOther: boolean, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(plans, fc.scheduler(), async (lanes, s) => {
    const run = await interleavedPool(s, hasOther);
    try {
      await run.untilDone('the calls', Promise.all(lanes.map(run.play)));
      expectServedOnce(run, lanes.flat());
      await run.untilDone('what is under way', run.endOther());
      await run.untilDone('what is left', settle(run));
      await run.untilDone('the check', expectOneEach(run, hasOther));
    } finally {
      await run.close();
    }
  });
  await fc.assert(property, { numRuns, seed: SEED, interruptAfterTimeLimit: BOUND_MS });
}

function expectServedOnce(run: InterleavedPool, taken: readonly (Step | StepOfTwo)[]): void {
  const { answered, heard, refused } = run;
  const isEnded = taken.some((step) => ['stop', 'forceDelete', 'killSandbox'].includes(step));
  const ofKey = (key: string) => answered.filter((one) => one.key === key).map(({ id }) => id);
  const single = [...answered.filter(({ key }) => key === null).map(({ id }) => id)];
  expect(new Set(single).size, 'a slot served twice').toBe(single.length);
  expect(new Set(ofKey('idempotency')).size, 'sandboxes of one idempotency key').toBeLessThanOrEqual(1);
  const ofReuse = new Set(ofKey('reuse'));
  if (!isEnded) expect(ofReuse.size, 'sandboxes of one reuse key').toBeLessThanOrEqual(1);
  expect(single.filter((id) => ofReuse.has(id) || ofKey('idempotency').includes(id))).toEqual([]);
  for (const [endpoint, tenants] of heard) expect(tenants.size, `I11: tenants that ${endpoint} heard`).toBe(1);
  expect(run.mostOfAcme(), 'quota').toBeLessThanOrEqual(QUOTA);
  const allowed = isEnded ? ['quota_exceeded', 'conflict', 'gone', 'start_failed'] : ['quota_exceeded'];
  expect(
    refused.filter((code) => !allowed.includes(code)),
    'starts that failed',
  ).toEqual([]);
}

/** Whatever the engine did not tell is found, and the floor is filled. */
async function settle({ system }: InterleavedPool): Promise<void> {
  await system.lifecycle.pass();
  await system.pool.refresh();
}

/** I1, I2 and I10, and what the pool has in memory. */
async function expectOneEach({ answered, system }: InterleavedPool, hasOther: boolean): Promise<void> {
  const { bare, control, pool } = system;
  const rows = await Promise.all(
    (await bare.store.inStates(['warm', 'running', 'warming', 'pending', 'stopping', 'deleting'], null, 500)).map(
      ({ id }) => bare.store.find(id),
    ),
  );
  expect(rows.filter((row) => row?.state !== 'warm' && row?.state !== 'running').map((row) => row?.state)).toEqual([]);
  const up = control.containers().filter(({ status }) => status === 'running');
  expect(up.map(({ id, sandboxId }) => `${sandboxId} ${id}`).sort(), 'containers and their rows').toEqual(
    rows.map((row) => `${row?.id} ${row?.containerId}`).sort(),
  );
  for (const { id, tenant } of answered) {
    const row = await bare.store.find(id);
    expect(row === undefined ? tenant : row.tenant, `who owns ${id}`).toBe(tenant);
  }
  const memory = (id: string) => control.containers().find(({ sandboxId }) => sandboxId === id)?.resources.memoryMb;
  for (const row of rows.filter((one) => one?.state === 'running')) {
    expect(memory(row?.id ?? ''), `limits of ${row?.id}`).toBe(row?.resources.memoryMb);
  }
  if (hasOther) return;
  const idle = pool.idle().map(({ id }) => id);
  const warm = rows.filter((row) => row?.state === 'warm').map((row) => row?.id ?? '');
  expect(idle.sort(), 'ready in memory, and warm rows').toEqual(warm.sort());
  expect(idle.length, 'the floor').toBeGreaterThanOrEqual(2);
}
