import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../src/observe/quantile.ts';
import { engine, removeContainersOf } from '../../test/support/engine.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { type BenchSandbox, benchSandbox } from '../service/bench-sandbox.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { chargedMib } from '../service/cgroup-memory.ts';

const ROW = 'memory of an idle sandbox';
const IDLE_MS = 10_000;

interface Taken {
  readonly idle: number[];
  readonly afterCommand: number[];
  readonly plain: number[];
}

/** What the kernel charges to sandboxes that do nothing, beside a container that only sleeps. */
export const idleMemory: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const plainService = randomBytes(8).toString('hex');
      cleanUp(() => removeContainersOf(plainService));
      return [measurement(await samplesOf(setup, service, plainService))];
    }),
};

async function samplesOf(setup: BenchSetup, service: BenchService, plainService: string): Promise<Taken> {
  const taken: Taken = { idle: [], afterCommand: [], plain: [] };
  const count = setup.isQuick ? 2 : 10;
  const sandboxes: BenchSandbox[] = [];
  const plain: string[] = [];
  setup.say(`${ROW}: starting ${count} of each`);
  for (let index = 0; index < count; index += 1) {
    setup.ending.check();
    sandboxes.push(await benchSandbox(service));
    plain.push(await sleeper(plainService));
  }
  await sleep(IDLE_MS, undefined, { signal: setup.ending.signal });
  for (const { containerId } of sandboxes) taken.idle.push(await chargedMib(containerId));
  for (const id of plain) taken.plain.push(await chargedMib(id));
  for (const { inside } of sandboxes) await inside.ask('true');
  await sleep(IDLE_MS, undefined, { signal: setup.ending.signal });
  for (const { containerId } of sandboxes) taken.afterCommand.push(await chargedMib(containerId));
  return taken;
}

async function sleeper(service: string): Promise<string> {
  const container = await engine.createContainer({
    Image: 'sandglass-busybox:latest',
    Cmd: ['sleep', '3600'],
    Labels: { 'sandglass.service': service },
  });
  await container.start();
  return container.id;
}

function measurement({ idle, afterCommand, plain }: Taken): Measurement {
  return {
    row: ROW,
    timedFrom: `bytes charged to the container's cgroup, page cache included, ${IDLE_MS / 1_000} s after the last start`,
    timedTo: 'read once of each',
    conditions: [
      `${idle.length} sandboxes of the base template, each handed its run and untouched since; Node's own pages are charged to whoever was first to read them`,
    ],
    concurrency: 1,
    ours: { what: 'idle sandbox', unit: 'MiB', samples: idle, errors: [] },
    baseline: { what: 'busybox sleep in plain Docker', unit: 'MiB', samples: plain, errors: [] },
    stages: {},
    judged: atMost('median', 'MiB', quantile(idle, 0.5), 15),
    alsoJudged: [
      reported('largest', 'MiB', quantile(idle, 1)),
      reported(`median ${IDLE_MS / 1_000} s after a first command`, 'MiB', quantile(afterCommand, 0.5)),
    ],
    notes: [],
  };
}
