import { AGENT_PORT } from '../../src/contract/agent.ts';
import { errorMessage } from '../../src/domain/errors.ts';
import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { atLeast, atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { barePipes } from '../service/bare-proxies.ts';
import { benchSandbox } from '../service/bench-sandbox.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { agentHeadersOf } from '../service/bytes-client.ts';
import { type Place, receiveBytes, sendBytes } from '../service/raw-transfer.ts';
import { peakRssMib, rssMib, settledRssMib } from '../service/rss.ts';
import { sdkSandbox } from '../service/sdk.ts';
import { sdkTransfer } from '../service/sdk-transfer.ts';

const MEBIBYTES = 256;
const BYTES = MEBIBYTES * 2 ** 20;
const PATH = '/files?path=/tmp/large&username=root';
const ROWS = {
  rawWrite: '256 MiB written, raw HTTP',
  rawRead: '256 MiB read, raw HTTP',
  sdkWrite: '256 MiB written, E2B SDK',
  sdkRead: '256 MiB read, E2B SDK',
  rss: 'service RSS while 256 MiB stream',
} as const;

type Name = 'ourWrite' | 'bareWrite' | 'directWrite' | 'ourRead' | 'bareRead' | 'directRead' | 'sdkWrite' | 'sdkRead';

interface Transfer {
  readonly rates: number[];
  readonly errors: string[];
}

interface Taken {
  readonly transfers: Readonly<Record<Name, Transfer>>;
  /** Of a service that has never moved a large file. */
  readonly rssFresh: number;
  /** The largest during the warm-up round. */
  rssFirstPeak: number;
  /** After the warm-up round. */
  rssBefore: number;
  readonly rssPeaks: number[];
}

/** A large file in and out as one stream, through the service, through the plainest proxy, and straight to the agent. */
export const largeFiles: Bench = {
  rows: Object.values(ROWS),
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const sandbox = await benchSandbox(service, { resources: { cpus: 2, memoryMb: 2048 } });
      const sdk = sdkTransfer(await sdkSandbox(service, sandbox.id), '/tmp/large', BYTES);
      const headers = agentHeadersOf(sandbox);
      const at = (url: string): Place => ({ url, path: PATH, headers });
      const ours = at(service.process().url);
      const bare = at(await barePipes(sandbox.address, AGENT_PORT, cleanUp));
      const direct = at(`http://${sandbox.address}:${AGENT_PORT}`);
      const taken = await rounds(setup, service, {
        bareWrite: () => sendBytes(bare, BYTES),
        directWrite: () => sendBytes(direct, BYTES),
        ourWrite: () => sendBytes(ours, BYTES),
        bareRead: () => receiveBytes(bare, BYTES),
        directRead: () => receiveBytes(direct, BYTES),
        ourRead: () => receiveBytes(ours, BYTES),
        sdkWrite: sdk.write,
        sdkRead: sdk.read,
      });
      return measurements(taken);
    }),
};

/** The first round warms up. */
async function rounds(
  setup: BenchSetup,
  service: BenchService,
  work: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Taken> {
  const { pid } = service.process();
  const names = Object.keys(work) as Name[]; // keys of the record
  const empty = names.map((name): [Name, Transfer] => [name, { rates: [], errors: [] }]);
  const transfers = Object.fromEntries(empty) as Record<Name, Transfer>; // all names, just above
  const fresh = rssMib(pid);
  const taken: Taken = { transfers, rssFresh: fresh, rssFirstPeak: fresh, rssBefore: fresh, rssPeaks: [] };
  const count = setup.isQuick ? 1 : 5;
  for (let round = 0; round <= count; round += 1) {
    setup.say(`256 MiB, round ${round} of ${count}`);
    for (const name of names) {
      setup.ending.check();
      const one = () => transfer(taken.transfers[name], work[name], round === 0);
      const peak = /^(our|sdk)/.test(name) ? await peakRssMib(pid, one) : await one();
      if (peak === undefined) continue;
      if (round === 0) taken.rssFirstPeak = Math.max(taken.rssFirstPeak, peak);
      else taken.rssPeaks.push(peak);
    }
    if (round === 0) taken.rssBefore = await settledRssMib(pid);
  }
  return taken;
}

async function transfer(taken: Transfer, work: () => Promise<number>, isWarmUp: boolean): Promise<void> {
  try {
    const seconds = await work();
    if (!isWarmUp) taken.rates.push(BYTES / 1e6 / seconds);
  } catch (error) {
    taken.errors.push(errorMessage(error));
  }
}

const CONDITIONS = [
  'one file in a sandbox of the base template, 2 CPUs, 2 GiB; octet-stream, identity; header form; MB are 10^6 bytes',
  '5 repetitions, in turns with the others, after one to warm up; each checked: 200, and as many bytes as there are',
];

function measurements({ transfers, rssFresh, rssFirstPeak, rssBefore, rssPeaks }: Taken): readonly Measurement[] {
  const shared = { conditions: CONDITIONS, concurrency: 1, stages: {} };
  const row = (name: string, [ours, bare, direct]: readonly [Name, Name, Name], bar: number): Measurement => {
    const isWrite = name.includes('written');
    const [rate, bareRate] = [quantile(transfers[ours].rates, 0.5), quantile(transfers[bare].rates, 0.5)];
    const side = (one: Name, what: string) =>
      ({ what, unit: 'MB/s', samples: transfers[one].rates, errors: transfers[one].errors }) as const;
    return {
      ...shared,
      row: name,
      timedFrom: 'the request is made',
      timedTo: isWrite ? 'its answer is there: the file has its name' : 'the last byte is there',
      ours: side(ours, 'through the service'),
      baseline: side(bare, 'a bare proxy of node:http, raw HTTP'),
      judged: atLeast('median rate', 'MB/s', rate, bar),
      alsoJudged: [reported('share of the bare proxy', 'x', rate / bareRate)],
      notes: [`straight to the agent in this run: ${Math.round(quantile(transfers[direct].rates, 0.5))} MB/s`],
    };
  };
  const growth = rssPeaks.map((peak) => peak - rssBefore);
  return [
    row(ROWS.rawWrite, ['ourWrite', 'bareWrite', 'directWrite'], 200),
    row(ROWS.rawRead, ['ourRead', 'bareRead', 'directRead'], 400),
    row(ROWS.sdkWrite, ['sdkWrite', 'bareWrite', 'directWrite'], 120),
    row(ROWS.sdkRead, ['sdkRead', 'bareRead', 'directRead'], 250),
    {
      ...shared,
      row: ROWS.rss,
      timedFrom: 'VmRSS of the service after the warm-up round',
      timedTo: 'the largest VmRSS during each transfer through it, looked at every 10 ms',
      ours: { what: 'growth', unit: 'MiB', samples: growth, errors: [] },
      baseline: null,
      judged: atMost('largest growth', 'MiB', quantile(growth, 1), 32),
      alsoJudged: [
        reported('growth of a service just started, by its first large files', 'MiB', rssFirstPeak - rssFresh),
      ],
      notes: [`${rssFresh.toFixed(0)} MiB just started, ${rssBefore.toFixed(0)} MiB after the warm-up round`],
    },
  ];
}
