import { poolEvents } from '../../src/compose/pool-events.ts';
import type { LifetimePolicy } from '../../src/domain/lifetime.ts';
import type { Transition } from '../../src/domain/sandbox.ts';
import { type Log, silentLog } from '../../src/observe/logger.ts';
import type { Caller } from '../../src/operations/caller.ts';
import type { OperationDeps, StartObservation } from '../../src/operations/deps.ts';
import { templateRegistry } from '../../src/operations/template-registry.ts';
import { capacity } from '../../src/pool/capacity.ts';
import { type Floor, pool } from '../../src/pool/pool.ts';
import { type HotSettings, hotDefaults } from '../../src/pool/use-window.ts';
import type { AgentClient, AgentInit } from '../../src/ports/agent-client.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { FaultPoint } from '../../src/ports/fault-point.ts';
import { liveActivity } from '../../src/reconcile/activity.ts';
import { changeFeed } from '../../src/reconcile/change-feed.ts';
import { type PointedPorts, withFaultPoints } from '../../src/reconcile/fault-points.ts';
import { reconciler } from '../../src/reconcile/reconciler.ts';
import { hostTokens } from '../../src/runtime/host/host-tokens.ts';
import { systemClock } from '../../src/runtime/host/system-clock.ts';
import { systemIds } from '../../src/runtime/host/system-ids.ts';
import { memoryAgent } from '../../src/runtime/memory/memory-agent.ts';
import { memoryRuntime } from '../../src/runtime/memory/memory-runtime.ts';
import { type MemoryWorld, memoryWorld } from '../../src/runtime/memory/memory-world.ts';
import { memoryLiveStore } from '../../src/store/live/memory/memory-live-store.ts';
import { openSqlite, type SqliteConnection } from '../../src/store/sql/sqlite/connection.ts';
import { sqliteKeyStore } from '../../src/store/sql/sqlite/key-store.ts';
import { sqliteSandboxStore } from '../../src/store/sql/sqlite/sandbox-store.ts';
import { sqliteTemplateStore } from '../../src/store/sql/sqlite/template-store.ts';
import { testPolicy, testStartDefaults, testTemplate } from './rows.ts';

export type MemoryLifecycle = Awaited<ReturnType<typeof memoryLifecycle>>;

const NO_QUOTA = { sandboxes: null, cpus: null, memoryMb: null };

export const adminCaller: Caller = { keyId: 'key_admin', tenant: 'acme', role: 'admin', quota: NO_QUOTA };

export interface MemoryLifecycleOptions {
  readonly clock?: Clock;
  readonly policy?: Partial<LifetimePolicy>;
  readonly orphanGraceMs?: number;
  /** What the pool keeps ready; nothing, and the pool is off, when not given. */
  readonly floors?: readonly Floor[];
  /** Where the pool tells of claims; nowhere when not given. */
  readonly log?: Log;
  /** When a kind is hot, and slots started at a time; the defaults and 1 when not given. */
  readonly hot?: Partial<HotSettings>;
  readonly startConcurrency?: number;
  /** Told of every run that an agent is given, before it takes it. */
  readonly onInit?: (endpoint: string, run: AgentInit) => void;
  /** The engine's memory, MiB; endless when not given. */
  readonly memoryMb?: number;
  /** Where it may crash or hold. */
  readonly faultPoint?: FaultPoint;
  /** The process before, which died: its database, live store and engine are still there. */
  readonly after?: {
    readonly serviceId: string;
    readonly connection: SqliteConnection;
    readonly bare: PointedPorts;
    readonly world: MemoryWorld;
  };
}

/** Everything below HTTP with real SQL, and engine and live store in memory. */
export async function memoryLifecycle(options: MemoryLifecycleOptions = {}) {
  const clock = options.clock ?? systemClock;
  const policy = { ...testPolicy, ...options.policy };
  const serviceId = options.after?.serviceId ?? systemIds.hex(16);
  const connection =
    options.after?.connection ?? openSqlite({ path: ':memory:', migrationsFolder: 'migrations/sqlite' });
  const world = options.after?.world ?? memoryWorld(clock);
  const { runtime: engine, control } = memoryRuntime({ engine: 'memory', serviceId, clock, world });
  const bare = {
    store: sqliteSandboxStore(connection),
    live: options.after?.bare.live ?? memoryLiveStore(),
    runtime: engine,
    agent: heardAgent(memoryAgent(world), options.onInit),
  };
  const tokens = hostTokens('a secret of this installation');
  const { store, live, runtime, agent } =
    options.faultPoint === undefined ? bare : withFaultPoints(bare, options.faultPoint);
  const feed = changeFeed((error) => {
    throw error;
  });
  const transitions: Transition[] = [];
  const corrections: string[] = [];
  const lifecycle = reconciler({
    ...{ serviceId, store, live, runtime, agent, tokens, feed, clock, policy },
    log: silentLog,
    orphanGraceMs: options.orphanGraceMs ?? 60_000,
    onTransition: (transition) => transitions.push(transition),
    onCorrection: (kind) => corrections.push(kind),
    onOom: () => {},
    onClockJump: () => {},
  });
  await runtime.prepare();
  const templates = await templateRegistry({
    fixed: [testTemplate],
    store: sqliteTemplateStore(connection),
    runtime,
    log: silentLog,
  });
  const rooms = capacity({
    ...{ clock, log: silentLog, engine: 'memory', overcommit: 1, memoryMb: () => options.memoryMb ?? null },
    ...{ pressureRatio: () => null, pressureStatus: () => null, disk: () => null, isDiskFull: () => false },
    ...{ evictSlots: (neededMb) => slots.evict(neededMb), hurry: () => {} },
  });
  feed.subscribe(({ row, notice }) => {
    if (notice === null) rooms.follow(row);
  });
  const claims: string[] = [];
  const metrics = { onClaim: (outcome: string) => claims.push(outcome), onTierChange() {}, onReaped() {} };
  const starts: StartObservation[] = [];
  const slots = pool({
    ...{ store, runtime, feed, clock, lifecycle, ids: systemIds, capacity: rooms, log: silentLog },
    hot: { ...hotDefaults, ...options.hot },
    floors: () => options.floors ?? [],
    startConcurrency: options.startConcurrency ?? 1,
    isPressed: () => false,
    ...poolEvents({ feed, metrics, log: options.log ?? silentLog }),
  });
  const operations: OperationDeps = {
    ...{ slots, pool: slots, capacity: rooms, onStart: (report) => starts.push(report) },
    ...{ store, live, runtime, agent, tokens, feed, clock, policy, templates },
    activity: liveActivity({ live, clock, log: silentLog }),
    keys: sqliteKeyStore(connection),
    reconciler: lifecycle,
    ids: systemIds,
    limits: { cpus: 16, memoryMb: 65_536, timeoutSeconds: 2_592_000, envBytes: 65_536, labels: 64 },
    startDefaults: testStartDefaults,
    allowedImages: [],
  };
  return {
    ...{
      serviceId,
      world,
      bare,
      connection,
      store,
      live,
      runtime,
      control,
      feed,
      lifecycle,
      operations,
      transitions,
      corrections,
      clock,
      pool: slots,
      claims,
      starts,
    },
    async close() {
      slots.end();
      await lifecycle.close(2_000);
      await runtime.close();
      await store.close();
    },
  };
}

function heardAgent(agent: AgentClient, hear: MemoryLifecycleOptions['onInit']): AgentClient {
  if (hear === undefined) return agent;
  const init: AgentClient['init'] = (endpoint, secret, run, options) => {
    hear(endpoint, run);
    return agent.init(endpoint, secret, run, options);
  };
  return { ...agent, init };
}
