import { Sandbox } from 'e2b';
import { quantile } from '../../src/observe/quantile.ts';
import { engine } from '../../test/support/engine.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { inBlocks } from '../in-blocks.ts';
import { type Contender, interleave, type Taken } from '../interleaved.ts';
import { atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { benchSandbox } from '../service/bench-sandbox.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { engineExec } from '../service/engine-exec.ts';
import { type RawContainers, rawContainers } from '../service/raw-containers.ts';
import { sdkConnection } from '../service/sdk.ts';
import { claimsOf, poolService, untilWarm } from '../service/warm-pool.ts';

const COLD = 'create to first output through the E2B SDK, cold';
const WARM = 'create to first output through the E2B SDK, warm';
const WORD = 'hello';

/** From nothing to what the first command printed, as an E2B user does it, beside the engine alone. */
export const firstCommand: Bench = {
  rows: [COLD, WARM],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const raw = await rawContainers(service.serviceId, (await benchSandbox(service)).id);
      cleanUp(raw.removeAll);
      const slots = setup.isQuick ? 2 : 12;
      const pooled = await poolService(cleanUp, { base: slots });
      await untilWarm(setup.ending, pooled, slots);
      setup.say(`${COLD}: one by the engine, one ours, in turns`);
      const cold = await measureCold(setup, ourFirst(service), rawFirst(raw));
      setup.say(`${WARM}: blocks of each in turns`);
      // No refill goes on beside either of them.
      const isFull = () => untilWarm(setup.ending, pooled, slots);
      const [ours, other] = [after(isFull, ourFirst(pooled)), after(isFull, rawFirst(raw))];
      return [cold, await measureWarm(setup, { ours, raw: other, slots, pooled })];
    }),
};

async function measureCold(setup: BenchSetup, ours: Contender, raw: Contender): Promise<Measurement> {
  const rounds = setup.isQuick ? { n: 2, warmUp: 1 } : { n: 40, warmUp: 3 };
  const taken = await interleave({ ours, raw }, rounds, setup.ending);
  return {
    ...described(taken),
    row: COLD,
    conditions: [
      'base template, 1 CPU, 512 MiB; no pool: each sandbox is made from nothing',
      `one each per round, the first in turns; ${rounds.warmUp} rounds to warm up; removed after each round, untimed`,
      CHECKED,
    ],
    judged: reported('p50, cold', 'ms', quantile(taken.ours.samples, 0.5)),
    notes: ['the bar of 30 ms is for a sandbox that comes from the pool'],
  };
}

interface Warm {
  readonly ours: Contender;
  readonly raw: Contender;
  readonly slots: number;
  readonly pooled: BenchService;
}

async function measureWarm(setup: BenchSetup, { ours, raw, slots, pooled }: Warm): Promise<Measurement> {
  const blocks = setup.isQuick ? { blocks: 1, perBlock: 2 } : { blocks: 10, perBlock: 10 };
  const taken = await inBlocks({ ours, raw }, blocks, setup.ending);
  const { hits, misses } = await claimsOf(pooled);
  if (misses > 0) taken.ours.errors.push(`${misses} creates did not come from the pool`);
  const p50 = quantile(taken.ours.samples, 0.5);
  return {
    ...described(taken),
    row: WARM,
    conditions: [
      `base template, 1 CPU, 512 MiB; a pool of ${slots}, full and idle before each`,
      `${blocks.blocks} blocks of ${blocks.perBlock} of each, in turns, after one block of each to warm up; removed after each, untimed`,
      `${CHECKED}; all came from the pool`,
    ],
    judged: atMost('p50', 'ms', p50, 30),
    alsoJudged: [
      atMost('p99', 'ms', quantile(taken.ours.samples, 0.99), 100),
      reported('times faster than the engine, by p50', 'x', quantile(taken.raw.samples, 0.5) / p50),
    ],
    notes: [`claims as the service counts them: ${hits} hits, ${misses} misses`],
  };
}

const CHECKED = 'each checked: the word came back, with exit code 0';

function described(taken: { readonly ours: Taken; readonly raw: Taken }) {
  return {
    timedFrom: 'Sandbox.create is called (baseline: the engine is asked for the container)',
    timedTo: 'the output of the first command is there, in a login shell on both sides',
    concurrency: 1,
    ours: { what: 'e2b 2.51.0: Sandbox.create, commands.run', unit: 'ms' as const, ...taken.ours },
    baseline: { what: 'docker run -d, docker exec, by the engine API', unit: 'ms' as const, ...taken.raw },
    stages: { ...taken.ours.stages, ...taken.raw.stages },
  };
}

/** The same, prepared once that is so. */
function after(isReady: () => Promise<void>, contender: Contender): Contender {
  return {
    ...contender,
    async prepare() {
      await isReady();
      await contender.prepare();
    },
  };
}

function ourFirst(service: BenchService): Contender {
  let made: Sandbox | undefined;
  return {
    prepare: async () => {},
    async measure() {
      const beganMs = performance.now();
      made = await Sandbox.create('base', sdkConnection(service));
      const createdMs = performance.now();
      let firstMs: number | undefined;
      const onStdout = () => {
        firstMs ??= performance.now();
      };
      const { stdout, exitCode } = await made.commands.run(`echo ${WORD}`, { onStdout });
      if (stdout.trim() !== WORD || exitCode !== 0) throw new Error(`the command printed ${stdout}, code ${exitCode}`);
      if (firstMs === undefined) throw new Error('its output never came by itself');
      const stages = { 'ours: create': createdMs - beganMs, 'ours: first output': firstMs - createdMs };
      return { ms: firstMs - beganMs, stages };
    },
    async undo() {
      const sandbox = made;
      made = undefined;
      if (sandbox !== undefined && !(await sandbox.kill())) throw new Error('the sandbox was gone before its kill');
    },
  };
}

function rawFirst(raw: RawContainers): Contender {
  let { body } = raw.next();
  let madeId: string | undefined;
  return {
    prepare: async () => {
      ({ body } = raw.next());
    },
    async measure() {
      const beganMs = performance.now();
      const container = await engine.createContainer(body);
      madeId = container.id;
      await container.start();
      const startedMs = performance.now();
      const printed = await engineExec(container.id, ['bash', '-l', '-c', `echo ${WORD}`]);
      const endMs = performance.now();
      if (printed.trim() !== WORD) throw new Error(`docker exec printed ${printed}`);
      const stages = { 'raw: create and start': startedMs - beganMs, 'raw: exec': endMs - startedMs };
      return { ms: endMs - beganMs, stages };
    },
    async undo() {
      if (madeId === undefined) return;
      const container = engine.getContainer(madeId);
      madeId = undefined;
      await container.remove({ force: true, v: true });
    },
  };
}
