import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../src/observe/quantile.ts';
import type { BenchSetup } from '../bench.ts';
import { atMost } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import type { BenchService } from '../service/bench-service.ts';
import { cpuMs } from '../service/cpu-time.ts';

export const SAMPLING = 'sampling of 100 sandboxes';

/** How often the service samples all that runs. */
const ROUND_MS = 5_000;
const BAR_MS = 300;

interface Sides {
  /** Has so many sandboxes that run. */
  readonly full: BenchService;
  readonly empty: BenchService;
  readonly count: number;
}

/** What a round of samples takes: both services do all else that idle ones do. */
export async function samplingMeasurement(setup: BenchSetup, { full, empty, count }: Sides): Promise<Measurement> {
  setup.say(`${SAMPLING}: looking at idle services`);
  const rounds = setup.isQuick ? 1 : 12;
  const pids = { full: full.process().pid, empty: empty.process().pid };
  const taken = { full: [] as number[], empty: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const before = { full: cpuMs(pids.full).own, empty: cpuMs(pids.empty).own };
    await sleep(ROUND_MS, undefined, { signal: setup.ending.signal });
    taken.full.push(cpuMs(pids.full).own - before.full);
    taken.empty.push(cpuMs(pids.empty).own - before.empty);
  }
  const median = quantile(taken.full, 0.5) - quantile(taken.empty, 0.5);
  return {
    row: SAMPLING,
    timedFrom: "CPU time of all threads of the service's process, as the kernel counts it",
    timedTo: `the same ${ROUND_MS / 1_000} s later, in which it samples all once; ${rounds} times`,
    conditions: [
      `${count} idle sandboxes of sandglass-busybox beside a service without any; default settings, no call`,
    ],
    concurrency: 0,
    ours: { what: `${count} sandboxes`, unit: 'ms', samples: taken.full, errors: [] },
    baseline: { what: 'empty database', unit: 'ms', samples: taken.empty, errors: [] },
    stages: {},
    judged: atMost('median, less that of the empty one', 'ms', median, BAR_MS),
    notes: [
      'All that a service does for idle sandboxes is in it: deadlines, the healer and the view of the engine too.',
    ],
  };
}
