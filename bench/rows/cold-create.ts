import { engine } from '../../test/support/engine.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { type Contender, interleave } from '../interleaved.ts';
import type { Measurement } from '../measurement.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { firstAnswer } from '../service/first-answer.ts';
import { expectStatus } from '../service/http-client.ts';
import { expectRunning, type RawContainers, rawContainers } from '../service/raw-containers.ts';
import { expectRunningSandbox, readView, stagesOf } from '../service/sandbox-view.ts';
import { overheadMeasurement } from './overhead.ts';

interface Variant {
  readonly row: string;
  readonly image: string;
  readonly body: object;
}

const VARIANTS: readonly Variant[] = [
  {
    row: 'cold create (busybox image)',
    image: 'sandglass-busybox:latest',
    body: { image: 'sandglass-busybox:latest' },
  },
  { row: 'cold create (base template)', image: 'sandglass-base:latest', body: { template: 'base' } },
];

/** A sandbox from nothing over HTTP, beside the engine's own create and start of the same container with the same agent. */
export const coldCreate: Bench = {
  rows: VARIANTS.map(({ row }) => row),
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const measurements: Measurement[] = [];
      for (const variant of VARIANTS) {
        setup.say(`${variant.row}: one raw, one ours, in turns`);
        const raw = await rawAfterModel(service, variant);
        cleanUp(raw.removeAll);
        measurements.push(await measure(setup, service, raw, variant));
      }
      return measurements;
    }),
};

async function measure(
  setup: BenchSetup,
  service: BenchService,
  raw: RawContainers,
  { row, body, image }: Variant,
): Promise<Measurement> {
  const rounds = setup.isQuick ? { n: 2, warmUp: 1 } : { n: 60, warmUp: 4 };
  const contenders = { ours: ourCreate(service, JSON.stringify(body)), raw: rawCreate(raw) };
  const taken = await interleave(contenders, rounds, setup.ending);
  return overheadMeasurement(
    {
      row,
      timedFrom: 'before the request is made, over a keep-alive connection',
      timedTo: 'the whole answer is read (raw: the agent has answered, asked every 3 ms after create and start)',
      conditions: [
        `${image}, present on the engine, its files in the page cache; 1 CPU, 512 MiB, 256 pids, network with internet`,
        `one raw, one ours per round, the first in turns; ${rounds.warmUp} rounds to warm up; removed after each round, untimed`,
        'each checked: 201 and running; the container runs, as the engine says',
      ],
      ours: 'POST /v1/sandboxes',
      raw: 'create and start of the same container by dockerode, first answer of the same agent',
    },
    taken,
  );
}

/** One sandbox made and removed before the run: the raw containers are made as its container was. */
async function rawAfterModel({ client, serviceId }: BenchService, { body }: Variant): Promise<RawContainers> {
  const created = await client().send('POST', '/v1/sandboxes', JSON.stringify(body));
  expectStatus(created, 201, 'the create');
  const { id } = readView(created);
  const raw = await rawContainers(serviceId, id);
  expectStatus(await client().send('DELETE', `/v1/sandboxes/${id}?force=true`), 204, 'the delete');
  return raw;
}

function ourCreate({ client, serviceId }: BenchService, body: string): Contender {
  let madeId: string | undefined;
  return {
    prepare: async () => {},
    async measure() {
      const answer = await client().send('POST', '/v1/sandboxes', body);
      expectStatus(answer, 201, 'the create');
      madeId = readView(answer).id;
      return { ms: answer.ms, stages: stagesOf(answer, await expectRunningSandbox(serviceId, answer)) };
    },
    async undo() {
      if (madeId === undefined) return;
      const path = `/v1/sandboxes/${madeId}?force=true`;
      madeId = undefined;
      expectStatus(await client().send('DELETE', path), 204, 'the delete');
    },
  };
}

function rawCreate(raw: RawContainers): Contender {
  let next = raw.next();
  let madeId: string | undefined;
  return {
    prepare: async () => {
      next = raw.next();
    },
    async measure() {
      const beganMs = performance.now();
      const container = await engine.createContainer(next.body);
      const createdMs = performance.now();
      madeId = container.id;
      await container.start();
      const startedMs = performance.now();
      await firstAnswer(next.address);
      const answeredMs = performance.now();
      await expectRunning(container.id);
      const stages = {
        'raw: create': createdMs - beganMs,
        'raw: start': startedMs - createdMs,
        'raw: first answer': answeredMs - startedMs,
      };
      return { ms: answeredMs - beganMs, stages };
    },
    async undo() {
      if (madeId === undefined) return;
      const container = engine.getContainer(madeId);
      madeId = undefined;
      await container.remove({ force: true, v: true });
    },
  };
}
