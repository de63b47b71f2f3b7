import { Sandbox } from 'e2b';
import { engine } from '../../test/support/engine.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { type Contender, interleave } from '../interleaved.ts';
import { reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { quantile } from '../quantiles.ts';
import { benchSandbox } from '../service/bench-sandbox.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { engineExec } from '../service/engine-exec.ts';
import { type RawContainers, rawContainers } from '../service/raw-containers.ts';
import { sdkConnection } from '../service/sdk.ts';

const ROW = 'create to first output through the E2B SDK, cold';
const WORD = 'hello';

/** From nothing to what the first command printed, as an E2B user does it, beside the engine alone. */
export const firstCommand: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      setup.say(`${ROW}: one by the engine, one ours, in turns`);
      const service = await benchService(cleanUp);
      const raw = await rawContainers(service.serviceId, (await benchSandbox(service)).id);
      cleanUp(raw.removeAll);
      return [await measure(setup, ourFirst(service), rawFirst(raw))];
    }),
};

async function measure(setup: BenchSetup, ours: Contender, raw: Contender): Promise<Measurement> {
  const rounds = setup.isQuick ? { n: 2, warmUp: 1 } : { n: 40, warmUp: 3 };
  const taken = await interleave({ ours, raw }, rounds, setup.ending);
  return {
    row: ROW,
    timedFrom: 'Sandbox.create is called (baseline: the engine is asked for the container)',
    timedTo: 'the output of the first command is there, in a login shell on both sides',
    conditions: [
      'base template, 1 CPU, 512 MiB; no pool: each sandbox is made from nothing',
      `one each per round, the first in turns; ${rounds.warmUp} rounds to warm up; removed after each round, untimed`,
      'each checked: the word came back, with exit code 0',
    ],
    concurrency: 1,
    ours: { what: 'e2b 2.51.0: Sandbox.create, commands.run', unit: 'ms', ...taken.ours },
    baseline: { what: 'docker run -d, docker exec, by the engine API', unit: 'ms', ...taken.raw },
    stages: { ...taken.ours.stages, ...taken.raw.stages },
    judged: reported('p50, cold', 'ms', quantile(taken.ours.samples, 0.5)),
    notes: ['the bar of 30 ms is for a sandbox that comes from the pool'],
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
