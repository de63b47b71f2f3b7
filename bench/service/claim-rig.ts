import { closeSync, openSync } from 'node:fs';
import { destination } from 'pino';
import { poolEvents } from '../../src/compose/pool-events.ts';
import { onStart } from '../../src/compose/starts.ts';
import { normaliseStart } from '../../src/domain/spec.ts';
import { createApp } from '../../src/http/app.ts';
import { createLogger, type Log, silentLog } from '../../src/observe/logger.ts';
import { createMetrics, type Metrics } from '../../src/observe/metrics.ts';
import { createKey } from '../../src/operations/api-keys.ts';
import { deleteSandbox } from '../../src/operations/delete-sandbox.ts';
import type { OperationDeps } from '../../src/operations/deps.ts';
import { tickets } from '../../src/operations/tickets.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../test/support/memory-lifecycle.ts';
import { testStartDefaults, testTemplate } from '../../test/support/rows.ts';

export interface RigOptions {
  readonly slots: number;
  readonly isLogged: boolean;
  readonly isMeasured: boolean;
}

/** The service in this process, with real SQL; engine, agents and live store answer at once. */
export interface ClaimRig {
  readonly operations: OperationDeps;
  /** POST /v1/sandboxes through the whole HTTP app; throws unless it is 201 and from the pool. */
  create(): Promise<void>;
  idle(): number;
  /** Deletes all sandboxes that live. */
  clear(): Promise<void>;
}

const MOST = 10_000;
const NO_QUOTA = { sandboxes: null, cpus: null, memoryMb: null };

export async function claimRig(
  { slots, isLogged, isMeasured }: RigOptions,
  cleanUp: (task: () => Promise<void>) => void,
): Promise<ClaimRig> {
  const start = normaliseStart({ template: 'base' }, testTemplate, testStartDefaults);
  const system = await memoryLifecycle({ floors: [{ start, slots }] });
  cleanUp(() => system.close());
  const log = isLogged ? nowhereLog(cleanUp) : silentLog;
  const metrics = isMeasured ? realMetrics(system) : noMetrics;
  const operations = observed(system, log, metrics);
  const app = createApp({
    ...{ operations, log, version: 'bench', tickets: tickets(operations), onRequest: metrics.onRequest },
    config: { waitSecondsDefault: 10, domain: null, corsOrigins: [] },
    readiness: async () => ({ ready: true, checks: {}, degraded: [] }) as never,
    info: async () => ({}),
  });
  await system.lifecycle.boot();
  await system.pool.begin();
  const wish = { tenant: 'bench', role: 'user', name: 'bench', quota: NO_QUOTA, expiresAtMs: null } as const;
  const { secret } = await createKey(operations, wish);
  const headers = { 'x-api-key': secret, 'content-type': 'application/json', 'content-length': '2' };
  return {
    operations,
    async create() {
      const answer = await app.request('/v1/sandboxes', { method: 'POST', headers, body: '{}' });
      const text = await answer.text();
      if (answer.status !== 201 || !text.includes('"path":"warm"'))
        throw new Error(`it answered ${text.slice(0, 200)}`);
    },
    idle: () => system.pool.idle().length,
    async clear() {
      for (const { id } of await system.store.inStates(['running'], null, MOST)) {
        await deleteSandbox(operations, adminCaller, { id, force: true }, { seconds: 10 });
      }
    },
  };
}

/** Lines as the service writes them, to a file that keeps nothing. */
function nowhereLog(cleanUp: (task: () => Promise<void>) => void): Log {
  const file = openSync('/dev/null', 'w');
  cleanUp(async () => closeSync(file));
  return createLogger('info', destination({ fd: file, sync: true }));
}

type Told = Pick<Metrics, 'onRequest' | 'onStart' | 'onClaim' | 'onTierChange' | 'onReaped'>;

const noMetrics: Told = { onRequest() {}, onStart() {}, onClaim() {}, onTierChange() {}, onReaped() {} };

function realMetrics({ feed }: MemoryLifecycle): Told {
  const metrics = createMetrics({
    ...{ countByState: async () => ({}), countOverdue: async () => ({}) },
    ...{ isLiveStoreUp: () => true, isEngineReachable: () => true },
  });
  feed.subscribe(({ transition }) => {
    if (transition !== null) metrics.onTransition(transition);
  });
  return metrics;
}

/** As compose.ts tells of starts and claims. */
function observed({ operations }: MemoryLifecycle, log: Log, metrics: Told): OperationDeps {
  const { slots } = operations;
  const events = poolEvents({ log, metrics, feed: { publish() {} } });
  return {
    ...operations,
    onStart: onStart(metrics, log),
    slots: {
      ...slots,
      claimed(slot, durationMs) {
        slots.claimed(slot, durationMs);
        events.onClaim('hit', { ...slot, durationMs });
      },
    },
  };
}
