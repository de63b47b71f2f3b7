import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { atLeast, atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { bareUndici } from '../service/bare-proxies.ts';
import { benchSandbox } from '../service/bench-sandbox.ts';
import { benchService } from '../service/bench-service.ts';
import { type LoadResult, requestLoad } from '../service/request-load.ts';
import { startServerInside } from '../service/server-inside.ts';

const SATURATED = 'proxy to a port in the sandbox, saturated';
const LATENCY = 'proxy to a port in the sandbox, 4 connections';
const PORT = 8_080;
const MANY = 64;
const FEW = 4;

type Name = 'ours' | 'direct' | 'undici';
type Places = Readonly<Record<Name, { readonly url: string; readonly headers: Readonly<Record<string, string>> }>>;

/** Requests to a small server of Node inside, through the service, through a bare proxy, and straight to it. */
export const portProxy: Bench = {
  rows: [SATURATED, LATENCY],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const sandbox = await benchSandbox(service, { resources: { cpus: 2 } });
      await startServerInside(sandbox, PORT);
      const places: Places = {
        ours: {
          url: service.process().url,
          headers: { 'e2b-sandbox-id': sandbox.id, 'e2b-sandbox-port': String(PORT) },
        },
        direct: { url: `http://${sandbox.address}:${PORT}`, headers: {} },
        undici: { url: await bareUndici(sandbox.address, PORT, cleanUp), headers: {} },
      };
      setup.say(`${SATURATED}: each of three in turns`);
      const many = await rounds(setup, places, MANY);
      setup.say(`${LATENCY}: each of three in turns`);
      const few = await rounds(setup, places, FEW);
      return [saturated(many), latency(few)];
    }),
};

interface Taken {
  readonly rates: number[];
  readonly latencies: number[];
  readonly errors: string[];
}

type Rounds = Readonly<Record<Name, Taken>>;

/** The first round warms up. */
async function rounds({ isQuick, ending }: BenchSetup, places: Places, connections: number): Promise<Rounds> {
  const empty = (): Taken => ({ rates: [], latencies: [], errors: [] });
  const all: Rounds = { ours: empty(), direct: empty(), undici: empty() };
  const count = isQuick ? 1 : 5;
  for (let round = 0; round <= count; round += 1) {
    for (const name of ['direct', 'undici', 'ours'] as const) {
      ending.check();
      const durationMs = isQuick ? 300 : 2_000;
      const result = await requestLoad({ ...places[name], path: '/', connections, durationMs });
      keep(all[name], result, round === 0);
    }
  }
  return all;
}

function keep(taken: Taken, { requestsPerSecond, latencies, errors }: LoadResult, isWarmUp: boolean): void {
  taken.errors.push(...errors);
  if (isWarmUp) return;
  taken.rates.push(requestsPerSecond);
  for (const ms of latencies) taken.latencies.push(ms);
}

const CONDITIONS = [
  'a server of node:http inside that answers 13 bytes; base template, 2 CPUs; header form; client, service and server share the machine',
  '5 repetitions of 2 s each, in turns with the others, after one to warm up; each answer checked to be 200 and whole',
];

function saturated({ ours, direct, undici }: Rounds): Measurement {
  const [oursRate, directRate] = [quantile(ours.rates, 0.5), quantile(direct.rates, 0.5)];
  const undiciRate = quantile(undici.rates, 0.5);
  return {
    row: SATURATED,
    timedFrom: 'the first request of each connection',
    timedTo: 'the last answer',
    conditions: CONDITIONS,
    concurrency: MANY,
    ours: { what: 'through the service', unit: 'requests/s', samples: ours.rates, errors: ours.errors },
    baseline: { what: 'straight to the container', unit: 'requests/s', samples: direct.rates, errors: direct.errors },
    stages: {},
    judged: atLeast('median rate', 'requests/s', oursRate, 8_000),
    alsoJudged: [
      atLeast('share of direct', 'x', oursRate / directRate, 0.2),
      reported('share of bare undici', 'x', oursRate / undiciRate),
    ],
    notes: [`a bare proxy of undici in this run: ${Math.round(undiciRate)} requests/s, ${undici.errors.length} errors`],
  };
}

function latency({ ours, direct, undici }: Rounds): Measurement {
  const added = (share: number) => quantile(ours.latencies, share) - quantile(direct.latencies, share);
  return {
    row: LATENCY,
    timedFrom: 'the request is written',
    timedTo: 'the whole answer is read',
    conditions: CONDITIONS,
    concurrency: FEW,
    ours: { what: 'through the service', unit: 'ms', samples: thinned(ours.latencies), errors: ours.errors },
    baseline: {
      what: 'straight to the container',
      unit: 'ms',
      samples: thinned(direct.latencies),
      errors: direct.errors,
    },
    stages: { 'bare undici': thinned(undici.latencies) },
    judged: atMost('added at p50', 'ms', added(0.5), 0.6),
    alsoJudged: [atMost('added at p99', 'ms', added(0.99), 3)],
    notes: ['judged by all latencies; every 50th is kept as a sample'],
  };
}

/** A hundred thousand samples would fill the results. */
function thinned(samples: readonly number[]): readonly number[] {
  return samples.filter((_, index) => index % 50 === 0);
}
