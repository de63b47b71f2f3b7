import type { Sandbox } from 'e2b';
import { errorMessage } from '../../src/domain/errors.ts';
import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { atMost } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { benchSandbox } from '../service/bench-sandbox.ts';
import { benchService } from '../service/bench-service.ts';
import { sdkSandbox } from '../service/sdk.ts';
import { epochMs, type WallClock, wallClock } from '../wall-clock.ts';

const OUTPUT = 'stream first byte';
const CHANGE = 'WatchDir first event';
const BAR_MS = 10;
const DEADLINE_MS = 10_000;

interface Once {
  /** From when it happened inside until the SDK's caller was told. */
  readonly ms: number;
  /** From the call that opened the stream until it was open. */
  readonly openMs: number;
}

/** How long news from inside take to the caller of the unmodified SDK: both read the same clock. */
export const firstEvents: Bench = {
  rows: [OUTPUT, CHANGE],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const sandbox = await sdkSandbox(service, (await benchSandbox(service)).id);
      setup.say(`${OUTPUT}: commands in the background`);
      const output = await taken(setup, (clock) => firstOutput(sandbox, clock));
      setup.say(`${CHANGE}: a new folder watched each time`);
      const change = await taken(setup, (clock, round) => firstChange(sandbox, clock, round));
      return [
        measurement(OUTPUT, output, {
          timedFrom: 'bash says what time it is, in a background command of its own each time',
          timedTo: 'onStdout of commands.run is called with it',
          what: 'e2b 2.51.0: commands.run(..., { background: true })',
        }),
        measurement(CHANGE, change, {
          timedFrom: 'bash is about to make a file in a folder of its own each time',
          timedTo: 'the callback of files.watchDir is called for it',
          what: 'e2b 2.51.0: files.watchDir',
        }),
      ];
    }),
};

interface Taken {
  readonly samples: number[];
  readonly openMs: number[];
  readonly errors: string[];
}

async function taken(setup: BenchSetup, once: (clock: WallClock, round: number) => Promise<Once>): Promise<Taken> {
  const { n, warmUp } = roundsOf(setup);
  const all: Taken = { samples: [], openMs: [], errors: [] };
  const clock = wallClock();
  for (let round = 0; round < warmUp + n; round += 1) {
    setup.ending.check();
    try {
      const { ms, openMs } = await once(clock, round);
      if (round < warmUp) continue;
      all.samples.push(ms);
      all.openMs.push(openMs);
    } catch (error) {
      all.errors.push(errorMessage(error));
    }
  }
  return all;
}

function roundsOf({ isQuick }: BenchSetup) {
  return isQuick ? { n: 3, warmUp: 1 } : { n: 100, warmUp: 10 };
}

type Described = Pick<Measurement, 'timedFrom' | 'timedTo'> & { readonly what: string };

function measurement(row: string, { samples, openMs, errors }: Taken, { what, ...timed }: Described): Measurement {
  return {
    ...{ row, ...timed },
    conditions: [
      'one sandbox of the base template, one stream at a time; 10 rounds to warm up',
      'each checked: it came',
    ],
    concurrency: 1,
    ours: { what, unit: 'ms', samples, errors },
    baseline: null,
    stages: { 'from the call until the stream is open': openMs },
    judged: atMost('p50', 'ms', quantile(samples, 0.5), BAR_MS),
    notes: [],
  };
}

async function firstOutput(sandbox: Sandbox, clock: WallClock): Promise<Once> {
  const beganMs = clock();
  const told = within<{ atMs: number; printed: string }>();
  const onStdout = (printed: string) => told.resolve({ atMs: clock(), printed });
  const options = { background: true, onStdout } as const;
  const handle = await sandbox.commands.run('echo $EPOCHREALTIME; exec sleep 60', options);
  const openMs = clock() - beganMs;
  const { atMs, printed } = await told.promise;
  if (!(await handle.kill())) throw new Error('the background command had ended');
  return { ms: atMs - epochMs(printed), openMs };
}

async function firstChange(sandbox: Sandbox, clock: WallClock, round: number): Promise<Once> {
  const folder = `/tmp/watched-${round}`;
  await sandbox.files.makeDir(folder);
  const told = within<number>();
  const beganMs = clock();
  const watch = await sandbox.files.watchDir(folder, ({ name }) => {
    if (name === 'new') told.resolve(clock());
  });
  const openMs = clock() - beganMs;
  const { stdout } = await sandbox.commands.run(`at=$EPOCHREALTIME; : > ${folder}/new; echo $at`);
  const atMs = await told.promise;
  await watch.stop();
  return { ms: atMs - epochMs(stdout), openMs };
}

function within<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done, failed) => {
    const late = setTimeout(() => failed(new Error(`nothing came within ${DEADLINE_MS} ms`)), DEADLINE_MS);
    resolve = (value) => {
      clearTimeout(late);
      done(value);
    };
  });
  promise.catch(() => undefined);
  return { promise, resolve };
}
