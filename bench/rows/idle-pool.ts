import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import type { BenchService } from '../service/bench-service.ts';
import { cpuMs } from '../service/cpu-time.ts';
import { rssMib } from '../service/rss.ts';
import { chargesOf, poolService, untilWarm } from '../service/warm-pool.ts';

const CPU = 'pool on and idle: share of a core';
const MEMORY = 'pool on and idle: memory of a warm sandbox';

/** What warm containers cost while nobody asks for them. */
export const idlePool: Bench = {
  rows: [CPU, MEMORY],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const slots = setup.isQuick ? 2 : 50;
      const window = setup.isQuick ? { windows: 1, windowMs: 2_000 } : { windows: 12, windowMs: 10_000 };
      const [off, on] = [await poolService(cleanUp, {}), await poolService(cleanUp, { base: slots })];
      setup.say(`${CPU}: waiting for ${slots} warm containers`);
      await untilWarm(setup.ending, on, slots);
      await sleep(setup.isQuick ? 0 : 10_000, undefined, { signal: setup.ending.signal });
      setup.say(`${CPU}: looking at idle services`);
      const cpu = await cpuMeasurement(setup, { off, on, slots, ...window });
      return [cpu, await memoryMeasurement(on, slots)];
    }),
};

interface Watched {
  readonly off: BenchService;
  readonly on: BenchService;
  readonly slots: number;
  readonly windows: number;
  readonly windowMs: number;
}

async function cpuMeasurement(setup: BenchSetup, { off, on, slots, windows, windowMs }: Watched): Promise<Measurement> {
  const pids = { on: on.process().pid, off: off.process().pid };
  const shares = { on: [] as number[], redis: [] as number[], off: [] as number[] };
  for (let window = 0; window < windows; window += 1) {
    const before = { on: cpuMs(pids.on), off: cpuMs(pids.off), atMs: performance.now() };
    await sleep(windowMs, undefined, { signal: setup.ending.signal });
    const [onMs, offMs, tookMs] = [cpuMs(pids.on), cpuMs(pids.off), performance.now() - before.atMs];
    const share = (ms: number) => (100 * ms) / tookMs;
    shares.on.push(share(onMs.own - before.on.own));
    shares.redis.push(share(onMs.children - before.on.children));
    shares.off.push(share(offMs.own - before.off.own));
  }
  const mean = (samples: readonly number[]) => samples.reduce((sum, one) => sum + one, 0) / samples.length;
  return {
    row: CPU,
    timedFrom: `CPU time of all threads of the service's process, as the kernel counts it`,
    timedTo: `the same ${windowMs / 1_000} s later, ${windows} times`,
    conditions: [
      `${slots} warm containers of the base template, default settings; no sandbox, no call; beside it the same service with its pool off`,
    ],
    concurrency: 0,
    ours: { what: 'pool on', unit: '%', samples: shares.on, errors: [] },
    baseline: { what: 'pool off', unit: '%', samples: shares.off, errors: [] },
    stages: {},
    judged: atMost('mean', '%', mean(shares.on), 1),
    alsoJudged: [reported('its redis-server, mean', '%', mean(shares.redis))],
    notes: [],
  };
}

async function memoryMeasurement(service: BenchService, slots: number): Promise<Measurement> {
  const charged = await chargesOf(service);
  if (charged.length !== slots) throw new Error(`there are ${charged.length} containers, not ${slots}`);
  const sum = charged.reduce((all, one) => all + one, 0);
  return {
    row: MEMORY,
    timedFrom: "bytes charged to the container's cgroup, page cache included, after the row before",
    timedTo: 'read once of each',
    conditions: [`${slots} warm containers of the base template that nobody has claimed; each has rehearsed a run`],
    concurrency: 0,
    ours: { what: 'warm sandbox', unit: 'MiB', samples: charged, errors: [] },
    baseline: null,
    stages: {},
    judged: atMost('median', 'MiB', quantile(charged, 0.5), 15),
    alsoJudged: [
      reported(`all ${slots} together`, 'MiB', sum),
      reported('RSS of the service', 'MiB', rssMib(service.process().pid)),
    ],
    notes: [],
  };
}
