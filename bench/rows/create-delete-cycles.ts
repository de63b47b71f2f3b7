import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import type { Taken } from '../interleaved.ts';
import { atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import type { BenchService } from '../service/bench-service.ts';
import { manyCycles, oneCycle } from '../service/cycles.ts';
import { settledRssMib } from '../service/rss.ts';
import { chargesOf, claimsOf, poolService, untilWarm } from '../service/warm-pool.ts';

const GROWTH = 'RSS growth over 1,000 create-delete cycles';
const BESIDE = 'pool off beside pool on';
const AT_ONCE = 4;

interface Shape {
  readonly slots: number;
  readonly warmUp: number;
  readonly cycles: number;
  /** Cycles of one service before it is the other's turn. */
  readonly block: number;
  /** Cycles one after the other, each with a full pool, for the comparison. */
  readonly paced: number;
}

interface Side {
  readonly service: BenchService;
  readonly slots: number;
  /** VmRSS after the warm-up, and after each block of cycles. */
  readonly rss: number[];
  readonly errors: string[];
  readonly paced: Taken;
}

/** The same work with the pool and without: sandboxes made and deleted again and again, in turns. */
export const createDeleteCycles: Bench = {
  rows: [GROWTH, BESIDE],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const shape: Shape = setup.isQuick
        ? { slots: 2, warmUp: 2, cycles: 4, block: 2, paced: 2 }
        : { slots: 8, warmUp: 200, cycles: 1_000, block: 250, paced: 60 };
      const sideWith = async (slots: number): Promise<Side> => ({
        ...{ service: await poolService(cleanUp, slots === 0 ? {} : { base: slots }), slots },
        ...{ rss: [], errors: [], paced: { samples: [], errors: [], stages: {} } },
      });
      const sides = { on: await sideWith(shape.slots), off: await sideWith(0) };
      const idleMib = await idleMemory(setup, sides.on);
      await pacedCycles(setup, sides, shape);
      await unpacedCycles(setup, sides, shape);
      return [growth(shape, sides), beside(shape, sides, { idleMib, claims: await claimsOf(sides.on.service) })];
    }),
};

type Sides = { readonly on: Side; readonly off: Side };

/** What the kernel charges to a pool that nobody has used yet. */
async function idleMemory(setup: BenchSetup, { service, slots }: Side): Promise<number> {
  await untilWarm(setup.ending, service, slots);
  return (await chargesOf(service)).reduce((sum, one) => sum + one, 0);
}

/** One of each in turns; the pool is full before both, so that no refill goes on beside them. */
async function pacedCycles(setup: BenchSetup, { on, off }: Sides, { paced, slots }: Shape): Promise<void> {
  for (let cycle = 0; cycle < paced; cycle += 1) {
    if (cycle % 10 === 0) setup.say(`${BESIDE}: cycle ${cycle} of ${paced}`);
    for (const { service, paced: taken } of cycle % 2 === 0 ? [on, off] : [off, on]) {
      await untilWarm(setup.ending, on.service, slots);
      await oneCycle(service, taken);
    }
  }
}

async function unpacedCycles(setup: BenchSetup, { on, off }: Sides, shape: Shape): Promise<void> {
  for (const side of [on, off]) {
    await manyCycles(setup, side.service, cyclesOf(side, shape.warmUp));
    side.rss.push(await settledRssMib(side.service.process().pid));
  }
  for (let done = 0; done < shape.cycles; done += shape.block) {
    for (const side of [on, off]) {
      setup.say(`${GROWTH}: ${done} of ${shape.cycles}, pool ${side === on ? 'on' : 'off'}`);
      await manyCycles(setup, side.service, cyclesOf(side, shape.block));
      side.rss.push(await settledRssMib(side.service.process().pid));
    }
  }
}

function cyclesOf({ errors }: Side, count: number) {
  return { count, atOnce: AT_ONCE, errors };
}

function growthOf({ rss }: Side): number {
  return (rss.at(-1) ?? Number.NaN) - (rss[0] ?? Number.NaN);
}

function growth({ cycles, warmUp, block, slots }: Shape, { on, off }: Sides): Measurement {
  return {
    row: GROWTH,
    timedFrom: `VmRSS of the service process after ${warmUp} cycles, the collector has had its time`,
    timedTo: `the same ${cycles} cycles later`,
    conditions: [
      `a cycle: create of the base template until it runs, then delete; ${AT_ONCE} at a time, in blocks of ${block}, pool of ${slots} on and pool off in turns`,
      'each checked: 201 and running, then 204',
    ],
    concurrency: AT_ONCE,
    ours: { what: 'RSS, pool on', unit: 'MiB', samples: on.rss, errors: on.errors },
    baseline: { what: 'RSS, pool off', unit: 'MiB', samples: off.rss, errors: off.errors },
    stages: {},
    judged: atMost('growth, pool on', 'MiB', growthOf(on), 20),
    alsoJudged: [atMost('growth, pool off', 'MiB', growthOf(off), 20)],
    notes: [],
  };
}

interface Counted {
  readonly idleMib: number;
  readonly claims: { readonly hits: number; readonly misses: number };
}

function beside({ cycles, paced, slots }: Shape, { on, off }: Sides, { idleMib, claims }: Counted): Measurement {
  const [onMs, offMs] = [quantile(on.paced.samples, 0.5), quantile(off.paced.samples, 0.5)];
  const perCycle = (side: Side) => (1024 * growthOf(side)) / cycles;
  return {
    row: BESIDE,
    timedFrom: 'before the request is made, over a keep-alive connection',
    timedTo: 'the whole answer is read: the sandbox runs',
    conditions: [
      `${paced} creates of the base template of each, in turns, each deleted again; the pool of ${slots} is full before each`,
      `growth and hits: over the row before as well, where creates come faster than the pool is filled`,
    ],
    concurrency: 1,
    ours: { what: 'create, pool on', unit: 'ms', samples: on.paced.samples, errors: on.paced.errors },
    baseline: { what: 'create, pool off', unit: 'ms', samples: off.paced.samples, errors: off.paced.errors },
    stages: {},
    judged: reported('saved by the pool, p50 of a create', 'ms', offMs - onMs),
    alsoJudged: [
      reported('creates that found a warm container', '%', (100 * claims.hits) / (claims.hits + claims.misses)),
      reported('growth of the service per cycle, pool on', 'KiB', perCycle(on)),
      reported('growth of the service per cycle, pool off', 'KiB', perCycle(off)),
      reported(`memory of ${slots} idle warm containers`, 'MiB', idleMib),
      reported('RSS of the service, pool on', 'MiB', on.rss.at(-1) ?? Number.NaN),
      reported('RSS of the service, pool off', 'MiB', off.rss.at(-1) ?? Number.NaN),
    ],
    notes: [`claims as the service counts them: ${claims.hits} hits, ${claims.misses} misses`],
  };
}
