import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import type { Measurement } from '../measurement.ts';
import { bareServer } from '../service/bare-server.ts';
import { benchService } from '../service/bench-service.ts';
import { expectStatus, type HttpClient, httpClient } from '../service/http-client.ts';

const ROW = '/healthz round trip';

/** What HTTP itself costs: the smallest call of the service beside Node's own server. */
export const healthz: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const bare = httpClient(await bareServer(cleanUp));
      return [await measure(setup, service.client(), bare)];
    }),
};

async function measure(setup: BenchSetup, ours: HttpClient, bare: HttpClient): Promise<Measurement> {
  const repetitions = setup.isQuick ? 1 : 5;
  const perRepetition = setup.isQuick ? 20 : 1_000;
  const taken = { ours: [] as number[], bare: [] as number[] };
  // The first repetition warms up.
  for (let repetition = 0; repetition <= repetitions; repetition += 1) {
    setup.ending.check();
    const [oursMs, bareMs] = [await roundTrips(ours, perRepetition), await roundTrips(bare, perRepetition)];
    if (repetition === 0) continue;
    taken.ours.push(...oursMs);
    taken.bare.push(...bareMs);
  }
  return {
    row: ROW,
    timedFrom: 'before the request is made, over a keep-alive connection',
    timedTo: 'the whole answer is read',
    conditions: [
      `${repetitions} repetitions of ${perRepetition} one after the other after one to warm up; each checked to be 200`,
      'client, service and bare server are three processes on one machine',
    ],
    concurrency: 1,
    ours: { what: 'GET /healthz', unit: 'ms', samples: taken.ours, errors: [] },
    baseline: { what: 'the same from node:http alone', unit: 'ms', samples: taken.bare, errors: [] },
    stages: {},
    judged: { what: 'p50', unit: 'ms', value: quantile(taken.ours, 0.5), bar: { kind: 'at most', value: 1 } },
    notes: [],
  };
}

async function roundTrips(client: HttpClient, count: number): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const answer = await client.send('GET', '/healthz');
    expectStatus(answer, 200, '/healthz');
    samples.push(answer.ms);
  }
  return samples;
}
