import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { inBlocks } from '../in-blocks.ts';
import type { Contender } from '../interleaved.ts';
import { atLeast, atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { type BenchSandbox, benchSandbox } from '../service/bench-sandbox.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { engineExec } from '../service/engine-exec.ts';
import { expectStatus } from '../service/http-client.ts';

const run = promisify(execFile);
const WARM_UP_CALLS = 300;

interface Variant {
  readonly row: string;
  readonly command: string | readonly string[];
  /** What the engine is asked to run. */
  readonly argv: readonly string[];
  readonly barMs: number;
  readonly timesFaster: number;
}

const VARIANTS: readonly Variant[] = [
  { row: 'exec, argv ["true"]', command: ['true'], argv: ['true'], barMs: 6, timesFaster: 15 },
  { row: 'exec, string "true"', command: 'true', argv: ['bash', '-lc', 'true'], barMs: 14, timesFaster: 8 },
];

/** A command through our API beside `docker exec` of the same in the same container. */
export const exec: Bench = {
  rows: VARIANTS.map(({ row }) => row),
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const sandbox = await benchSandbox(service);
      // A service that has served: the code of its calls is compiled.
      const [first] = VARIANTS;
      const warming = first === undefined ? undefined : ourExec(service, sandbox, first);
      for (let call = 0; !setup.isQuick && call < WARM_UP_CALLS; call += 1) await warming?.measure();
      const measurements: Measurement[] = [];
      for (const variant of VARIANTS) {
        setup.say(`${variant.row}: blocks of each in turns`);
        measurements.push(
          await measure(setup, variant, ourExec(service, sandbox, variant), dockerExec(sandbox, variant)),
        );
      }
      return measurements;
    }),
};

async function measure(
  setup: BenchSetup,
  { row, argv, barMs, timesFaster }: Variant,
  ours: Contender,
  raw: Contender,
): Promise<Measurement> {
  const blocks = setup.isQuick ? { blocks: 1, perBlock: 3 } : { blocks: 10, perBlock: 20 };
  const taken = await inBlocks({ ours, raw }, blocks, setup.ending);
  const p50 = quantile(taken.ours.samples, 0.5);
  const byApi = Object.values(taken.raw.stages).flat();
  return {
    row,
    timedFrom: 'before the request is made, over a keep-alive connection',
    timedTo: 'the whole answer is read (baseline: `docker exec` has ended)',
    conditions: [
      'one sandbox of the base template; both run in its container, by the same user or root',
      `${blocks.blocks} blocks of ${blocks.perBlock} of each, one after the other, in turns, after ${WARM_UP_CALLS} of ours and one block of each to warm up`,
      'each checked: exit code 0',
    ],
    concurrency: 1,
    ours: { what: 'POST /v1/sandboxes/{id}/exec', unit: 'ms', ...taken.ours },
    baseline: { what: `docker exec ${argv.join(' ')}`, unit: 'ms', ...taken.raw },
    stages: { ...taken.ours.stages, ...taken.raw.stages },
    judged: atMost('p50', 'ms', p50, barMs),
    alsoJudged: [
      atLeast('times faster than docker exec, by p50', 'x', quantile(taken.raw.samples, 0.5) / p50, timesFaster),
      reported("times faster than the engine's API alone", 'x', quantile(byApi, 0.5) / p50),
    ],
    notes: [],
  };
}

function ourExec(service: BenchService, { id }: BenchSandbox, { command }: Variant): Contender {
  const body = JSON.stringify({ command });
  return {
    prepare: async () => {},
    async measure() {
      const answer = await service.client().send('POST', `/v1/sandboxes/${id}/exec`, body);
      expectStatus(answer, 200, 'the exec');
      const told = answer.body;
      if (typeof told !== 'object' || told === null || Reflect.get(told, 'exitCode') !== 0) {
        throw new Error(`the exec did not end with 0: ${JSON.stringify(told).slice(0, 200)}`);
      }
      return { ms: answer.ms, stages: { 'ours: as the agent told it': Number(Reflect.get(told, 'durationMs')) } };
    },
    undo: async () => {},
  };
}

/** As a user runs it; the engine's own part of it is timed apart, right after. */
function dockerExec({ containerId }: BenchSandbox, { argv }: Variant): Contender {
  return {
    prepare: async () => {},
    async measure() {
      const beganMs = performance.now();
      await run('docker', ['exec', containerId, ...argv]);
      const endMs = performance.now();
      await engineExec(containerId, argv);
      return { ms: endMs - beganMs, stages: { "the same by the engine's API": performance.now() - endMs } };
    },
    undo: async () => {},
  };
}
