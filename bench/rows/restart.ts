import { engine } from '../../test/support/engine.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { type Contender, interleave } from '../interleaved.ts';
import type { Measurement } from '../measurement.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { firstAnswer } from '../service/first-answer.ts';
import { expectStatus } from '../service/http-client.ts';
import { expectRunning, rawContainers } from '../service/raw-containers.ts';
import { expectRunningSandbox, readView, stagesOf } from '../service/sandbox-view.ts';
import { overheadMeasurement } from './overhead.ts';

const ROW = 'restart';
const IMAGE = 'sandglass-busybox:latest';
const GRACE_SECONDS = 10;

/** The same sandbox stopped and restarted again and again, beside the engine's start of a container that was stopped as well. */
export const restart: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      setup.say('restart: one raw, one ours, in turns');
      const service = await benchService(cleanUp);
      const body = JSON.stringify({ image: IMAGE, lifetime: { timeoutSeconds: null } });
      const created = await service.client().send('POST', '/v1/sandboxes', body);
      expectStatus(created, 201, 'the create');
      const { id } = readView(created);
      const raw = await rawContainers(service.serviceId, id);
      cleanUp(raw.removeAll);
      const { body: rawBody, address } = raw.next();
      const container = await engine.createContainer(rawBody);
      await container.start();
      await firstAnswer(address);
      return [await measure(setup, ourRestart(service, id), rawStart(container.id, address))];
    }),
};

async function measure(setup: BenchSetup, ours: Contender, raw: Contender): Promise<Measurement> {
  const rounds = setup.isQuick ? { n: 2, warmUp: 1 } : { n: 60, warmUp: 4 };
  const taken = await interleave({ ours, raw }, rounds, setup.ending);
  return overheadMeasurement(
    {
      row: ROW,
      timedFrom: 'before the request is made, over a keep-alive connection',
      timedTo: 'the whole answer is read (raw: the agent has answered, asked every 3 ms after the start)',
      conditions: [
        `${IMAGE}, one sandbox and one container of the same spec, both stopped with ${GRACE_SECONDS} s grace before each round, untimed`,
        `one raw, one ours per round, the first in turns; ${rounds.warmUp} rounds to warm up`,
        'each checked: 200 and running; the container runs, as the engine says',
      ],
      ours: 'POST /v1/sandboxes/{id}/restart',
      raw: 'start of a stopped container by dockerode, first answer of the same agent',
    },
    taken,
  );
}

function ourRestart({ client, serviceId }: BenchService, id: string): Contender {
  const stopBody = JSON.stringify({ graceSeconds: GRACE_SECONDS });
  return {
    async prepare() {
      const answer = await client().send('POST', `/v1/sandboxes/${id}/stop`, stopBody);
      expectStatus(answer, 200, 'the stop');
    },
    async measure() {
      const answer = await client().send('POST', `/v1/sandboxes/${id}/restart`, '{}');
      expectStatus(answer, 200, 'the restart');
      return { ms: answer.ms, stages: stagesOf(answer, await expectRunningSandbox(serviceId, answer)) };
    },
    undo: async () => {},
  };
}

function rawStart(containerId: string, address: string): Contender {
  const container = engine.getContainer(containerId);
  return {
    async prepare() {
      await container.stop({ t: GRACE_SECONDS });
    },
    async measure() {
      const beganMs = performance.now();
      await container.start();
      const startedMs = performance.now();
      await firstAnswer(address);
      const answeredMs = performance.now();
      await expectRunning(containerId);
      const stages = { 'raw: start': startedMs - beganMs, 'raw: first answer': answeredMs - startedMs };
      return { ms: answeredMs - beganMs, stages };
    },
    undo: async () => {},
  };
}
