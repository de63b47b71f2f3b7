import { errorMessage } from '../../src/domain/errors.ts';
import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { keep, type Taken } from '../interleaved.ts';
import { atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import type { BenchService } from '../service/bench-service.ts';
import { burstOf } from '../service/burst-of.ts';
import { type DockerRuns, dockerRuns } from '../service/docker-run.ts';
import { claimsOf, poolService, untilWarm } from '../service/warm-pool.ts';

const IMAGE = 'sandglass-base:latest';

interface Burst {
  readonly creates: number;
  readonly rounds: number;
  readonly rawRounds: number;
  /** Of the creates' p99; null = reported. */
  readonly barMs: number | null;
}

const BURSTS: readonly Burst[] = [
  { creates: 1, rounds: 10, rawRounds: 5, barMs: null },
  { creates: 10, rounds: 5, rawRounds: 2, barMs: null },
  { creates: 50, rounds: 5, rawRounds: 2, barMs: 150 },
  { creates: 100, rounds: 2, rawRounds: 1, barMs: null },
];
const rowOf = ({ creates }: Burst) => `burst of ${creates} creates, floor of 50`;

interface Sides {
  readonly service: BenchService;
  readonly raw: DockerRuns;
  readonly floor: number;
}

/** Creates all at once against a full pool, beside as many `docker run` at once. */
export const bursts: Bench = {
  rows: BURSTS.map(rowOf),
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const floor = setup.isQuick ? 3 : 50;
      const service = await poolService(cleanUp, { base: floor });
      const raw = dockerRuns(IMAGE);
      cleanUp(raw.removeAll);
      const measurements: Measurement[] = [];
      for (const burst of BURSTS) {
        const creates = setup.isQuick ? Math.min(4, burst.creates) : burst.creates;
        const rounds = setup.isQuick ? { rounds: 1, rawRounds: 1 } : {};
        const asked = { ...burst, ...rounds, creates };
        measurements.push({ ...(await measure(setup, { service, raw, floor }, asked)), row: rowOf(burst) });
      }
      return measurements;
    }),
};

async function measure(setup: BenchSetup, sides: Sides, burst: Burst): Promise<Measurement> {
  const ours: Taken = { samples: [], errors: [], stages: {} };
  const raw: Taken = { samples: [], errors: [], stages: {} };
  const wholeMs: number[] = [];
  const before = await claimsOf(sides.service);
  for (let round = 0; round < Math.max(burst.rounds, burst.rawRounds); round += 1) {
    setup.say(`${rowOf(burst)}: round ${round + 1} of ${burst.rounds}`);
    await untilWarm(setup.ending, sides.service, sides.floor);
    if (round < burst.rawRounds) await rawRound(setup, sides, burst.creates, raw);
    if (round < burst.rounds) wholeMs.push((await burstOf(setup, sides.service, burst.creates, ours)).wholeMs);
  }
  const after = await claimsOf(sides.service);
  const p99 = quantile(ours.samples, 0.99);
  return {
    row: rowOf(burst),
    timedFrom: 'before each request is made; all are made at once',
    timedTo: 'the whole answer is read: the sandbox runs (baseline: the program has ended)',
    conditions: [
      `${burst.rounds} bursts of ${burst.creates} against a full and idle pool of ${sides.floor}, each over a connection of its own that is open already; every slot has rehearsed a run before it counts as warm`,
      `baseline: ${burst.rawRounds} times ${burst.creates} programs at once, while the pool is full`,
      'each checked: 201 and running; after each burst the engine runs a container of each',
    ],
    concurrency: burst.creates,
    ours: { what: 'POST /v1/sandboxes', unit: 'ms', ...ours },
    baseline: { what: `docker run -d ${IMAGE}`, unit: 'ms', ...raw },
    stages: { ...ours.stages, 'ours: the whole burst': wholeMs },
    judged: burst.barMs === null ? reported('p99', 'ms', p99) : atMost('p99', 'ms', p99, burst.barMs),
    alsoJudged: [
      atMost('errors', 'x', ours.errors.length, 0),
      reported(
        'times faster than docker run -d, by p50',
        'x',
        quantile(raw.samples, 0.5) / quantile(ours.samples, 0.5),
      ),
    ],
    notes: [
      `claims as the service counts them: ${after.hits - before.hits} hits, ${after.misses - before.misses} misses, ${after.discards - before.discards} discards`,
    ],
  };
}

async function rawRound(setup: BenchSetup, { raw }: Sides, creates: number, taken: Taken): Promise<void> {
  setup.ending.check();
  const one = async () => {
    try {
      keep(taken, { ms: await raw.run(), stages: {} });
    } catch (error) {
      taken.errors.push(errorMessage(error));
    }
  };
  await Promise.all(Array.from({ length: creates }, one));
  await raw.removeAll();
}
