import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import type { Judged, Measurement, Side } from '../measurement.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { boot } from '../service/boot.ts';
import { expectManyRunning, startMany } from '../service/many-sandboxes.ts';
import { rssMib } from '../service/rss.ts';
import { SAMPLING, samplingMeasurement } from './sampling.ts';

const BOOT = 'boot with 100 sandboxes';
const EXIT = 'exit with 100 sandboxes';
const MEMORY = 'service RSS with 100 live sandboxes';

interface Taken {
  readonly bootMs: number[];
  readonly emptyBootMs: number[];
  readonly exitMs: number[];
  readonly emptyExitMs: number[];
  readonly rssMib: number[];
  readonly emptyRssMib: number[];
}

/** A service with a hundred sandboxes that run, ended and started again, in turns with one whose database is empty. */
export const hundredSandboxes: Bench = {
  rows: [BOOT, EXIT, MEMORY, SAMPLING],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const count = setup.isQuick ? 3 : 100;
      const empty = await benchService(cleanUp);
      await empty.end();
      const full = await benchService(cleanUp);
      setup.say(`starting ${count} sandboxes`);
      await startMany(setup, full, count);
      setup.say('ending and starting the service, with and without sandboxes in turns');
      const sides = { full, empty, count };
      const own = measurements(await roundsOf(setup, sides), count);
      await boot(empty);
      return [...own, await samplingMeasurement(setup, sides)];
    }),
};

async function roundsOf(
  setup: BenchSetup,
  { full, empty, count }: { full: BenchService; empty: BenchService; count: number },
): Promise<Taken> {
  const taken: Taken = { bootMs: [], emptyBootMs: [], exitMs: [], emptyExitMs: [], rssMib: [], emptyRssMib: [] };
  const containers = await expectManyRunning(full, count);
  const rounds = setup.isQuick ? 1 : 10;
  // The first round warms up; its RSS counts, because that process started all the sandboxes.
  for (let round = 0; round <= rounds; round += 1) {
    setup.ending.check();
    taken.rssMib.push(rssMib(full.process().pid));
    const exitMs = await timed(() => full.end());
    const emptyBootMs = await boot(empty);
    taken.emptyRssMib.push(rssMib(empty.process().pid));
    const emptyExitMs = await timed(() => empty.end());
    const bootMs = await boot(full);
    const now = await expectManyRunning(full, count);
    if (now.join() !== containers.join()) throw new Error('other containers run than before the boot');
    if (round === 0) continue;
    taken.bootMs.push(bootMs);
    taken.exitMs.push(exitMs);
    taken.emptyBootMs.push(emptyBootMs);
    taken.emptyExitMs.push(emptyExitMs);
  }
  return taken;
}

function measurements(taken: Taken, count: number): readonly Measurement[] {
  const conditions = [
    `${count} sandboxes of sandglass-busybox run, without a timeout; default settings, embedded Redis`,
    `${taken.bootMs.length} rounds after one to warm up; after each boot all sandboxes and the same containers were running`,
  ];
  const shared = { conditions, concurrency: 1, stages: {}, notes: [] };
  const oursAndEmpty = (unit: Side['unit'], ours: readonly number[], empty: readonly number[]) => ({
    ours: { what: `${count} sandboxes`, unit, samples: ours, errors: [] },
    baseline: { what: 'empty database', unit, samples: empty, errors: [] },
  });
  const atMost = (what: string, unit: Side['unit'], value: number, bar: number | null): Judged => ({
    ...{ what, unit, value },
    bar: bar === null ? null : { kind: 'at most', value: bar },
  });
  return [
    {
      ...shared,
      row: BOOT,
      timedFrom: 'the process is spawned',
      timedTo: '/readyz answers 200, asked every 2 ms',
      ...oursAndEmpty('ms', taken.bootMs, taken.emptyBootMs),
      judged: atMost('slowest boot', 'ms', quantile(taken.bootMs, 1), 2_000),
    },
    {
      ...shared,
      row: EXIT,
      timedFrom: 'SIGTERM is sent',
      timedTo: 'the process is gone, with code 0',
      ...oursAndEmpty('ms', taken.exitMs, taken.emptyExitMs),
      judged: atMost('median exit', 'ms', quantile(taken.exitMs, 0.5), null),
    },
    {
      ...shared,
      row: MEMORY,
      timedFrom: 'VmRSS of the service process (without its redis-server)',
      timedTo: 'read once in each round, before its end; the first one started all the sandboxes',
      ...oursAndEmpty('MiB', taken.rssMib, taken.emptyRssMib),
      judged: atMost('largest RSS', 'MiB', quantile(taken.rssMib, 1), 200),
    },
  ];
}

async function timed(work: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
