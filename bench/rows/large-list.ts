import { rmSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type Database from 'better-sqlite3';
import { deadlineNames } from '../../src/domain/lifetime.ts';
import { quantile } from '../../src/observe/quantile.ts';
import { systemClock } from '../../src/runtime/host/system-clock.ts';
import { memoryAgent } from '../../src/runtime/memory/memory-agent.ts';
import { memoryRuntime } from '../../src/runtime/memory/memory-runtime.ts';
import { memoryWorld } from '../../src/runtime/memory/memory-world.ts';
import { memoryLiveStore } from '../../src/store/live/memory/memory-live-store.ts';
import { sqliteSandboxStore } from '../../src/store/sql/sqlite/sandbox-store.ts';
import { type MemoryService, memoryService } from '../../test/support/memory-service.ts';
import { runningRow, START_MS } from '../../test/support/rows.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import type { Measurement } from '../measurement.ts';
import { bareRow, bareStatements } from '../sqlite/bare-rows.ts';
import { openBare, openBenchFile, scratchFolder } from '../sqlite/bench-file.ts';

const READS = 'list and get with 5,000 rows';
const LOOP = 'event loop while 5,000 rows are listed';
const COUNT = 5_000;
const LIVE = 200;
const PAGE = 100;
const SERVICE_ID = 'b'.repeat(16);

/** The reads of a well filled installation, HTTP and views included, and how long they keep others from their turn. */
export const largeList: Bench = {
  rows: [READS, LOOP],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const folder = scratchFolder();
      cleanUp(() => rmSync(folder, { recursive: true, force: true }));
      const { path, connection } = openBenchFile(folder, 'large.sqlite');
      const bare = openBare(path);
      cleanUp(() => void bare.close());
      fill(bare);
      const world = memoryWorld(systemClock);
      const ports = {
        store: sqliteSandboxStore(connection),
        live: memoryLiveStore(),
        runtime: memoryRuntime({ serviceId: SERVICE_ID, clock: systemClock, world }).runtime,
        agent: memoryAgent(world),
      };
      const after = { serviceId: SERVICE_ID, connection, bare: ports, world };
      // Not booted: the live rows have no containers, and a pass would say so.
      const service = await memoryService({ after, isBooted: false });
      cleanUp(() => service.close());
      await service.lifecycle.heal();
      return measure(setup, service, bare);
    }),
};

function fill(file: Database.Database): void {
  const { insertRow } = bareStatements(file);
  file.transaction(() => {
    for (let place = 0; place < COUNT; place += 1) {
      const isLive = place % (COUNT / LIVE) === 0;
      const common = { id: idOf(place), createdAtMs: START_MS + place, stopAtMs: START_MS + 3_600_000 + place };
      const stopped = { state: 'stopped', stopAtMs: null, deleteAtMs: START_MS + 7_200_000 + place } as const;
      insertRow.run(bareRow(runningRow(isLive ? common : { ...common, ...stopped })));
    }
  })();
}

const idOf = (place: number) => `s${String(place).padStart(4, '0')}`;

type Read = () => Promise<void>;

async function measure(
  setup: BenchSetup,
  service: MemoryService,
  bare: Database.Database,
): Promise<readonly Measurement[]> {
  const repetitions = setup.isQuick ? 1 : 5;
  const perRepetition = setup.isQuick ? 5 : 200;
  const reads = readsOf(service);
  const taken = Object.fromEntries(Object.keys(reads).map((name) => [name, [] as number[]]));
  const baseline: number[] = [];
  const longestMs: number[] = [];
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const bareList = bareListOf(bare);
  // The first repetition warms up.
  for (let repetition = 0; repetition <= repetitions; repetition += 1) {
    setup.ending.check();
    loop.reset();
    loop.enable();
    for (let index = 0; index < perRepetition; index += 1) {
      for (const [name, read] of Object.entries(reads)) {
        const ms = await timed(read);
        if (repetition > 0) taken[name]?.push(ms);
        // As between two requests of a socket; without one nothing here gives the loop its turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    loop.disable();
    if (repetition > 0) longestMs.push(loop.max / 1e6);
    for (let index = 0; index < perRepetition; index += 1) {
      const ms = await timed(bareList);
      if (repetition > 0) baseline.push(ms);
    }
  }
  return measurements({ taken, baseline, longestMs }, [
    `SQLite file of ${COUNT.toLocaleString('en')} sandboxes of which ${LIVE} run, in the page cache; live store in memory`,
    `${repetitions} repetitions of ${perRepetition} of each read after one to warm up; each answer checked`,
    'routes and middleware of the service in this process, without a socket',
  ]);
}

function measurements(
  { taken, baseline, longestMs }: Record<'baseline' | 'longestMs', number[]> & { taken: Record<string, number[]> },
  conditions: readonly string[],
): readonly Measurement[] {
  const [slowest = 'nothing', samples = []] =
    Object.entries(taken).sort(([, a], [, b]) => quantile(b, 0.99) - quantile(a, 0.99))[0] ?? [];
  const shared = { conditions, concurrency: 1, notes: [] };
  return [
    {
      ...shared,
      row: READS,
      timedFrom: 'the request is made',
      timedTo: `the whole answer is read: a page of ${PAGE}, one sandbox, or what is due`,
      ours: { what: `the slowest: ${slowest}`, unit: 'ms', samples, errors: [] },
      baseline: { what: 'the rows of the same page by the driver alone', unit: 'ms', samples: baseline, errors: [] },
      stages: Object.fromEntries(Object.entries(taken).map(([name, ms]) => [`ours: ${name}`, ms])),
      judged: {
        what: 'p99 of the slowest read',
        unit: 'ms',
        value: quantile(samples, 0.99),
        bar: { kind: 'at most', value: 10 },
      },
    },
    {
      ...shared,
      row: LOOP,
      timedFrom: 'a turn of the event loop is due',
      timedTo: 'it comes; the longest of each repetition, by perf_hooks every millisecond',
      ours: { what: 'longest wait of a repetition', unit: 'ms', samples: longestMs, errors: [] },
      baseline: null,
      stages: {},
      judged: {
        what: 'longest wait of all',
        unit: 'ms',
        value: quantile(longestMs, 1),
        bar: { kind: 'at most', value: 50 },
      },
    },
  ];
}

function readsOf({ admin, alice, store }: MemoryService): Readonly<Record<string, Read>> {
  const list = (client: typeof admin, query: string, count: number) => async () => {
    const answer = await client.get(`/v1/sandboxes?limit=${PAGE}${query}`);
    const items: unknown = Reflect.get(Object(answer.json), 'items');
    if (answer.status !== 200 || !Array.isArray(items) || items.length !== count) {
      throw new Error(`the list answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    }
  };
  let place = 0;
  return {
    'list by a tenant': list(alice, '', PAGE),
    'list by an administrator': list(admin, '', PAGE),
    'list of those that run': list(alice, '&state=running', PAGE),
    async get() {
      place = (place + 7) % COUNT;
      const answer = await alice.get(`/v1/sandboxes/${idOf(place)}`);
      if (answer.status !== 200) throw new Error(`get answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    },
    async 'due scans, all five'() {
      for (const deadline of deadlineNames) {
        const due = await store.due(deadline, START_MS, 200, 0);
        if (due.length > 0) throw new Error(`${due.length} sandboxes are due for ${deadline}`);
      }
    },
  };
}

function bareListOf(file: Database.Database): Read {
  const statement = file.prepare("select * from sandboxes where tenant = 'acme' order by created_at_ms desc limit ?");
  return async () => {
    const rows = statement.all(PAGE);
    if (rows.length !== PAGE) throw new Error(`the driver found ${rows.length} rows`);
  };
}

async function timed(read: Read): Promise<number> {
  const beganMs = performance.now();
  await read();
  return performance.now() - beganMs;
}
