import { errorMessage } from '../../src/domain/errors.ts';
import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { keep, type Taken } from '../interleaved.ts';
import { atLeast, atMost } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import type { BenchService } from '../service/bench-service.ts';
import { type DockerRuns, dockerRuns } from '../service/docker-run.ts';
import { stagesOf } from '../service/sandbox-view.ts';
import { deleteAll, expectContainers, expectWarm, poolService, untilWarm } from '../service/warm-pool.ts';

const ROW = 'warm create, one after the other';
const IMAGE = 'sandglass-base:latest';

interface Shape {
  /** Slots of the pool, and creates of a round. */
  readonly perRound: number;
  readonly rounds: number;
  readonly runsPerRound: number;
}

/** Creates that find a warm container, one after the other, beside `docker run -d` of the same image. */
export const warmCreate: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const shape = setup.isQuick
        ? { perRound: 3, rounds: 1, runsPerRound: 1 }
        : { perRound: 50, rounds: 4, runsPerRound: 10 };
      const service = await poolService(cleanUp, { base: shape.perRound });
      const raw = dockerRuns(IMAGE);
      cleanUp(raw.removeAll);
      return [await measure(setup, { service, raw, shape })];
    }),
};

interface Sides {
  readonly service: BenchService;
  readonly raw: DockerRuns;
  readonly shape: Shape;
}

async function measure(setup: BenchSetup, sides: Sides): Promise<Measurement> {
  const { perRound, rounds, runsPerRound } = sides.shape;
  const ours: Taken = { samples: [], errors: [], stages: {} };
  const raw: Taken = { samples: [], errors: [], stages: {} };
  const first: Taken = { samples: [], errors: ours.errors, stages: {} };
  for (let round = 0; round <= rounds; round += 1) {
    setup.say(`${ROW}: waiting for ${perRound} warm containers, round ${round} of ${rounds}`);
    await untilWarm(setup.ending, sides.service, perRound);
    await createRound(setup, sides, round === 0 ? first : ours);
    if (round > 0) await rawRound(setup, sides, raw);
  }
  const [p50, rawP50] = [quantile(ours.samples, 0.5), quantile(raw.samples, 0.5)];
  return {
    row: ROW,
    timedFrom: 'before the request is made, over a keep-alive connection (baseline: before the program is started)',
    timedTo:
      'the whole answer is read: the sandbox runs, and its agent has taken it over (baseline: the program has ended)',
    conditions: [
      `${rounds} rounds of ${perRound} creates, one after the other, from a full and idle pool of ${perRound}, after one round to warm up; base template, embedded Redis`,
      `between the rounds ${runsPerRound} runs of the baseline, all sandboxes deleted and the pool full again, untimed`,
      'each checked: 201, running, from the pool; after each round the engine runs a container of each',
    ],
    concurrency: 1,
    ours: { what: 'POST /v1/sandboxes', unit: 'ms', ...ours },
    baseline: { what: `docker run -d ${IMAGE}`, unit: 'ms', ...raw },
    stages: ours.stages,
    judged: atMost('p50', 'ms', p50, 5),
    alsoJudged: [
      atMost('p99', 'ms', quantile(ours.samples, 0.99), 20),
      atLeast('times faster than docker run -d, by p50', 'x', rawP50 / p50, 60),
    ],
    notes: [
      `the round to warm up, a service that had claimed nothing yet: p50 ${quantile(first.samples, 0.5).toFixed(1)} ms`,
    ],
  };
}

async function createRound(setup: BenchSetup, { service, shape }: Sides, taken: Taken): Promise<void> {
  const made: string[] = [];
  for (let create = 0; create < shape.perRound; create += 1) {
    setup.ending.check();
    try {
      const answer = await service.client().send('POST', '/v1/sandboxes', '{}');
      const view = expectWarm(answer);
      made.push(view.id);
      keep(taken, { ms: answer.ms, stages: stagesOf(answer, view) });
    } catch (error) {
      taken.errors.push(errorMessage(error));
    }
  }
  await expectContainers(service, made);
  await deleteAll(service, made);
}

/** While the pool is full: nothing of ours goes on beside it. */
async function rawRound(setup: BenchSetup, { service, raw, shape }: Sides, taken: Taken): Promise<void> {
  await untilWarm(setup.ending, service, shape.perRound);
  for (let run = 0; run < shape.runsPerRound; run += 1) {
    setup.ending.check();
    try {
      keep(taken, { ms: await raw.run(), stages: {} });
    } catch (error) {
      taken.errors.push(errorMessage(error));
    }
  }
  await raw.removeAll();
}
