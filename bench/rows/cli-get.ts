import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { inBlocks } from '../in-blocks.ts';
import type { Contender } from '../interleaved.ts';
import { atMost } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { benchSandbox } from '../service/bench-sandbox.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';

const ROW = 'sandglass get, process start to exit';
const run = promisify(execFile);

/** The smallest call of the command line, as a shell makes it, beside Node.js that does nothing. */
export const cliGet: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const { id } = await benchSandbox(service);
      return [await measure(setup, getCommand(service, id), bareNode())];
    }),
};

async function measure(setup: BenchSetup, ours: Contender, raw: Contender): Promise<Measurement> {
  const blocks = setup.isQuick ? { blocks: 1, perBlock: 2 } : { blocks: 10, perBlock: 5 };
  const taken = await inBlocks({ ours, raw }, blocks, setup.ending);
  return {
    row: ROW,
    timedFrom: 'the process is spawned',
    timedTo: 'it has ended, and all of its output is there',
    conditions: [
      `${blocks.blocks} blocks of ${blocks.perBlock} of each, one after the other, in turns, after one block of each to warm up`,
      'each checked: exit code 0, and the id of the sandbox that runs is printed',
    ],
    concurrency: 1,
    ours: { what: 'node dist/cli.js get ID', unit: 'ms', ...taken.ours },
    baseline: { what: 'node --eval 0', unit: 'ms', ...taken.raw },
    stages: {},
    judged: atMost('p50', 'ms', quantile(taken.ours.samples, 0.5), 150),
    notes: [],
  };
}

function getCommand(service: BenchService, id: string): Contender {
  const { adminKey, url } = service.process();
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], SANDGLASS_URL: url, SANDGLASS_API_KEY: adminKey };
  return contender(async () => {
    const { stdout } = await run(process.execPath, ['dist/cli.js', 'get', id], { env });
    if (!stdout.includes(id) || !/running/.test(stdout)) throw new Error(`it printed ${stdout.slice(0, 200)}`);
  });
}

function bareNode(): Contender {
  return contender(async () => void (await run(process.execPath, ['--eval', '0'])));
}

/** `work` throws when the program does not end with 0. */
function contender(work: () => Promise<void>): Contender {
  return {
    prepare: async () => {},
    async measure() {
      const beganMs = performance.now();
      await work();
      return { ms: performance.now() - beganMs, stages: {} };
    },
    undo: async () => {},
  };
}
