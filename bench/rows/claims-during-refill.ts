import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../../src/domain/errors.ts';
import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { keep, type Taken } from '../interleaved.ts';
import { atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import type { BenchService } from '../service/bench-service.ts';
import { readMetrics } from '../service/metric-lines.ts';
import { stagesOf } from '../service/sandbox-view.ts';
import { expectContainers, expectWarm, poolService } from '../service/warm-pool.ts';
import { scratchFolder } from '../sqlite/bench-file.ts';

const SAME = 'warm create, one a second during refill';
const OTHER = 'warm create of another template during refill';

/** Both floors and all that is claimed live at once: more than the default allows to be reserved on 24 GiB. */
const ROOM = { SANDGLASS_MEMORY_OVERCOMMIT: '16' };
/** Longer than all of it takes, on a slow machine too. */
const LIFETIME = { timeoutSeconds: 3_600 };

interface Shape {
  readonly claims: number;
  readonly everyMs: number;
  /** Floor of the template that is filled all the time, and what it has when the claims begin. */
  readonly filled: { readonly floor: number; readonly before: number };
  /** Floor of the other one. */
  readonly other: number;
}

interface Side extends Taken {
  /** Before each claim: how many slots its pool lacked. */
  readonly missing: number[];
}

/** Creates while the pool starts containers all the time: of the template that is filled, and of another one. */
export const claimsDuringRefill: Bench = {
  rows: [SAME, OTHER],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const shape: Shape = setup.isQuick
        ? { claims: 2, everyMs: 500, filled: { floor: 8, before: 4 }, other: 4 }
        : { claims: 100, everyMs: 1_000, filled: { floor: 150, before: 60 }, other: 12 };
      const service = await poolService(
        cleanUp,
        { base: shape.filled.floor, second: shape.other },
        { SANDGLASS_TEMPLATES: secondTemplate(), ...ROOM },
      );
      setup.say(`${SAME}: waiting for the first ${shape.filled.before} of ${shape.filled.floor} slots`);
      await untilMissing(setup, service, shape);
      return measurements(shape, await claimOnAndOn(setup, service, shape));
    }),
};

/** Of another image: a pool of its own. */
function secondTemplate(): string {
  const file = join(scratchFolder(), 'templates.json');
  writeFileSync(file, JSON.stringify([{ name: 'second', image: 'sandglass-busybox:latest' }]));
  return file;
}

/** Both kinds, each once per interval, half an interval apart. */
async function claimOnAndOn(setup: BenchSetup, service: BenchService, shape: Shape) {
  const sides = {
    base: { samples: [], errors: [], stages: {}, missing: [] } as Side,
    second: { samples: [], errors: [], stages: {}, missing: [] } as Side,
  };
  const made: string[] = [];
  const beganMs = performance.now();
  for (let claim = 0; claim < 2 * shape.claims; claim += 1) {
    setup.ending.check();
    await sleep(Math.max(0, beganMs + (claim * shape.everyMs) / 2 - performance.now()));
    const template = claim % 2 === 0 ? 'base' : 'second';
    const side = sides[template];
    try {
      const body = JSON.stringify({ template, lifetime: LIFETIME });
      const answer = await service.client().send('POST', '/v1/sandboxes', body);
      const view = expectWarm(answer);
      made.push(view.id);
      keep(side, { ms: answer.ms, stages: stagesOf(answer, view) });
    } catch (error) {
      side.errors.push(errorMessage(error));
    }
    // The template that is filled, after the claim: looking costs time of the service.
    side.missing.push(await missingOfFilled(service));
  }
  await expectContainers(service, made);
  return sides;
}

async function missingOfFilled(service: BenchService): Promise<number> {
  const metrics = await readMetrics(service);
  const targets = [...metrics('sandglass_pool_target')].sort((a, b) => b.value - a.value);
  const filled = targets[0];
  if (filled === undefined) throw new Error('the service tells of no pool');
  const { signature } = filled.labels;
  const ready = metrics('sandglass_pool_ready').find(({ labels }) => labels['signature'] === signature);
  return filled.value - (ready?.value ?? 0);
}

async function untilMissing(setup: BenchSetup, service: BenchService, { filled, other }: Shape): Promise<void> {
  const endMs = performance.now() + 5_000 * (filled.before + other);
  while ((await missingOfFilled(service).catch(() => filled.floor)) > filled.floor - filled.before) {
    if (performance.now() > endMs) throw new Error('the pool does not fill');
    await sleep(200, undefined, { signal: setup.ending.signal });
  }
}

function measurements(shape: Shape, { base, second }: { base: Side; second: Side }): readonly Measurement[] {
  const seconds = shape.everyMs / 1_000;
  const shared = {
    timedFrom: 'before the request is made, over a keep-alive connection',
    timedTo: 'the whole answer is read: the sandbox runs, and its agent has taken it over',
    conditions: [
      `two pools: template base with a floor of ${shape.filled.floor}, ${shape.filled.before} of them warm at the beginning, and one of sandglass-busybox with a floor of ${shape.other}`,
      `one create of each every ${seconds} s, half of that apart; nothing is deleted meanwhile; starts one at a time on two cores, memory reserved 16 times over, otherwise default settings`,
      'each checked: 201, running, from the pool; at the end the engine runs a container of each',
    ],
    concurrency: 1,
    baseline: null,
  };
  const row = (name: string, side: Side, bars: { readonly p50: number | null; readonly p99: number }): Measurement => ({
    ...shared,
    row: name,
    ours: { what: 'POST /v1/sandboxes', unit: 'ms', samples: side.samples, errors: side.errors },
    stages: side.stages,
    judged: atMost('p99', 'ms', quantile(side.samples, 0.99), bars.p99),
    alsoJudged: [
      bars.p50 === null
        ? reported('p50', 'ms', quantile(side.samples, 0.5))
        : atMost('p50', 'ms', quantile(side.samples, 0.5), bars.p50),
    ],
    notes: [
      `after ${side.missing.filter((count) => count > 0).length} of ${side.missing.length} creates slots were missing; their number: median ${quantile(side.missing, 0.5)}, least ${quantile(side.missing, 0)}`,
    ],
  });
  return [row(SAME, base, { p50: 8, p99: 50 }), row(OTHER, second, { p50: null, p99: 50 })];
}
