import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkInvariants } from '../support/lifecycle-moves.ts';
import {
  type Beginning,
  beginnings,
  ID,
  type Interleaved,
  interleaved,
  type Step,
  steps,
} from './interleaved-lifecycle.ts';

const SEED = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env['RUNS'] ?? 400);
/** A counterexample is made smaller for at most so long. */
const BOUND_MS = 40_000;

interface Plan {
  readonly beginning: Beginning;
  /** What each client does, one after the other. */
  readonly lanes: readonly (readonly Step[])[];
}

const lane = fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 3 });
const plan: fc.Arbitrary<Plan> = fc.record({
  beginning: fc.constantFrom(...beginnings),
  lanes: fc.array(lane, { minLength: 2, maxLength: 6 }),
});

/** The races that the guards are for, each with whatever else may come between. */
const races: Readonly<Record<string, Plan>> = {
  'two drivers of one start': { beginning: 'pending', lanes: [['drive'], ['drive'], ['pass']] },
  'a stop while two drivers start': { beginning: 'pending', lanes: [['drive'], ['drive'], ['stop'], ['pass']] },
  'a restart and a delete': { beginning: 'stopped', lanes: [['restart'], ['delete'], ['pass'], ['drive']] },
  'a delete while two passes look': { beginning: 'stopped', lanes: [['delete'], ['pass'], ['pass']] },
  'a force delete against a stop and a restart': {
    beginning: 'running',
    lanes: [['stop', 'restart'], ['forceDelete'], ['pass'], ['die']],
  },
  'late facts of the run before': {
    beginning: 'pending',
    lanes: [['drive', 'lateExit'], ['lateStart'], ['stop'], ['lateStop'], ['oldNews'], ['lateExit']],
  },
  'an exit against a stop, a pause and a restart': {
    beginning: 'running',
    lanes: [['die', 'restart'], ['stop', 'restart'], ['pause', 'resume'], ['pass']],
  },
  'a healer of the live store among stops and restarts': {
    beginning: 'running',
    lanes: [['stop', 'restart'], ['heal', 'heal'], ['heal'], ['pause', 'resume']],
  },
  'a start over a leftover container, and two sweeps': {
    beginning: 'leftover',
    lanes: [['start'], ['pass'], ['pass'], ['lateExit']],
  },
};

describe(`interleavings at every await of the ports (FAST_CHECK_SEED=${SEED})`, () => {
  it.each(Object.keys(races))('%s: nothing is done twice, lost or undone', { timeout: 2 * BOUND_MS }, async (name) => {
    await hold(fc.constant(races[name] ?? neverNamed(name)), RUNS / 8);
  });

  it('any calls, sweeps and news over one sandbox: nothing is done twice, lost or undone', {
    timeout: 2 * BOUND_MS,
  }, async () => {
    await hold(plan, RUNS);
  });
});

async function hold(plans: fc.Arbitrary<Plan>, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(plans, fc.scheduler(), async ({ beginning, lanes }, s) => {
    const run = await interleaved(s, beginning);
    try {
      await run.untilDone('the calls', Promise.all(lanes.map(run.play)));
      await expectKept(run, beginning, lanes.flat());
      await run.untilDone('the invariants', checkInvariants(run.system, [ID]));
      // What the checks themselves had to make good was wrong before.
      await expectKept(run, beginning, lanes.flat());
    } finally {
      await run.close();
    }
  });
  await fc.assert(property, { numRuns, seed: SEED, interruptAfterTimeLimit: BOUND_MS });
}

async function expectKept({ system, believed }: Interleaved, beginning: Beginning, taken: readonly Step[]) {
  const { transitions, corrections, control } = system;
  expect(believed, 'late facts believed').toEqual([]);
  // The container of before may be swept.
  const excused = beginning === 'leftover' ? ['orphan'] : [];
  expect(
    corrections.filter((kind) => !excused.includes(kind)),
    'corrections',
  ).toEqual([]);
  const happened = (event: string) => transitions.filter((one) => one.event === event);
  expect(happened('CONTAINER_LOST'), 'I10: containers lost').toEqual([]);
  const deaths = taken.filter((step) => step === 'die').length;
  const ends = [...happened('CONTAINER_EXITED'), ...happened('START_FAILED')];
  expect(ends.length, 'ends that nobody asked for').toBeLessThanOrEqual(deaths);
  const incarnations = new Set(transitions.map(({ incarnation }) => incarnation));
  expect(control.count('start'), 'starts of a container, of that many runs').toBeLessThanOrEqual(incarnations.size);
  expectNothingLost(transitions);
}

/** I4, I5 and I7. */
function expectNothingLost(transitions: Interleaved['system']['transitions']): void {
  expect(
    transitions.map(({ number }) => number),
    'I7: history',
  ).toEqual(transitions.map((_, place) => place + 1));
  transitions.forEach(({ event, from, incarnation, number }, place) => {
    const before = transitions[place - 1];
    expect(from, `I7: entry ${number} goes on where the one before ended`).toBe(before?.to ?? null);
    expect(incarnation, 'I4: incarnation').toBeGreaterThanOrEqual(before?.incarnation ?? 0);
    const later = transitions.slice(place).map(({ to, incarnation: of }) => `${to} in run ${of}`);
    if (event === 'STOP_REQUESTED') expect(later, 'I5: the stop').toContain(`stopped in run ${incarnation}`);
    if (event === 'DELETE_REQUESTED') expect(later.at(-1), 'I5: the delete').toBe(`deleted in run ${incarnation}`);
  });
}

function neverNamed(name: string): never {
  throw new Error(`no race "${name}"`);
}
