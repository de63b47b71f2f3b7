import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type PoolMetricSources, poolGauges } from './pool-metrics.ts';

/** At 10 ms, the default, its timer was a third of what an idle service uses: 10.7 against 6.9 ms of CPU each second (2026-11-30). */
const LOOP_LOOK_MS = 20;
const FAST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What is counted, and where from. Ids are never labels. Durations come in as milliseconds and leave as seconds. */
export interface Metrics {
  readonly onRequest: (route: string, method: string, status: number, durationMs: number) => void;
  readonly onTransition: (transition: {
    readonly from: string | null;
    readonly to: string;
    readonly event: string;
    readonly reason: string | null;
  }) => void;
  readonly onCorrection: (kind: string) => void;
  readonly onEngineCall: (call: string, outcome: string, durationMs: number) => void;
  readonly onScan: (scan: string, outcome: string, durationMs: number, moved: number) => void;
  /** A create or a restart, as its caller saw it; `fast`: the caller did not wait until it ran. */
  readonly onStart: (report: {
    readonly path: string;
    readonly outcome: string;
    readonly mode: string;
    readonly durationMs: number;
    readonly stages: Readonly<Record<string, number>>;
  }) => void;
  readonly onClaim: (outcome: string) => void;
  readonly onTierChange: (change: string) => void;
  readonly onReaped: (tier: string, why: string) => void;
  readonly onOom: () => void;
  /** How a request into a sandbox ended. */
  readonly onExchange: (form: string, outcome: string) => void;
  readonly onClockJump: () => void;
  /** Once, as soon as there is a pool: its gauges from then on. */
  readonly watchPool: (sources: PoolMetricSources) => void;
  /** Prometheus text format. */
  readonly text: () => Promise<string>;
}

export interface MetricSources {
  readonly countByState: () => Promise<Readonly<Record<string, number | undefined>>>;
  readonly countOverdue: () => Promise<Readonly<Record<string, number>>>;
  readonly isLiveStoreUp: () => boolean;
  readonly isEngineReachable: () => boolean;
}

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'sandglass_', eventLoopMonitoringPrecision: LOOP_LOOK_MS });
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `sandglass_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[]) =>
    new Histogram({ name: `sandglass_${name}`, help, labelNames, buckets: FAST_SECONDS, registers });

  const operations = counter('operations_total', 'HTTP operations', ['route', 'method', 'status']);
  const operationSeconds = histogram('operation_duration_seconds', 'HTTP operations', ['route', 'method']);
  const transitions = counter('transitions_total', 'Accepted transitions', ['from', 'to', 'event', 'reason']);
  const corrections = counter('corrections_total', 'Differences between rows and world made good', ['kind']);
  const engineSeconds = histogram('engine_call_duration_seconds', 'Calls to the engine', ['call', 'outcome']);
  const scanSeconds = histogram('scan_duration_seconds', 'Scans', ['scan', 'outcome']);
  const scanMoved = counter('scan_moved_total', 'Sandboxes moved by scans', ['scan']);
  const createSeconds = histogram('create_duration_seconds', 'Starts and restarts', ['path', 'outcome']);
  const createStageSeconds = histogram('create_stage_seconds', 'Stages of starts and restarts', ['stage']);
  const fastpathSeconds = new Histogram({
    name: 'fastpath_create_sandbox_duration_seconds',
    help: 'Creates under the name that operators of fast-sandbox know',
    labelNames: ['mode', 'success'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers,
  });
  const claims = counter('pool_claims_total', 'Starts that asked the pool', ['outcome']);
  const tierChanges = counter('pool_tier_changes_total', 'Signatures that became hot or no longer are', ['change']);
  const reaps = counter('pool_reaped_total', 'Slots that were closed unused', ['tier', 'why']);
  const exchanges = counter('proxy_exchanges_total', 'Requests into sandboxes', ['form', 'outcome']);
  const ooms = counter('oom_total', 'Processes in living sandboxes killed for memory');
  const clockJumps = counter('clock_jumps_total', 'Jumps of the wall clock');
  gauges(registers, sources);

  return {
    onRequest(route, method, status, durationMs) {
      operations.inc({ route, method, status });
      operationSeconds.observe({ route, method }, durationMs / 1000);
    },
    onTransition: ({ from, to, event, reason }) =>
      transitions.inc({ from: from ?? 'none', to, event, reason: reason ?? 'none' }),
    onCorrection: (kind) => corrections.inc({ kind }),
    onEngineCall: (call, outcome, durationMs) => engineSeconds.observe({ call, outcome }, durationMs / 1000),
    onScan(scan, outcome, durationMs, moved) {
      scanSeconds.observe({ scan, outcome }, durationMs / 1000);
      if (moved > 0) scanMoved.inc({ scan }, moved);
    },
    onStart({ path, outcome, mode, durationMs, stages }) {
      createSeconds.observe({ path, outcome }, durationMs / 1000);
      for (const [stage, ms] of Object.entries(stages)) createStageSeconds.observe({ stage }, ms / 1000);
      const success = String(outcome === 'success' || (mode === 'fast' && outcome === 'unfinished'));
      fastpathSeconds.observe({ mode, success }, durationMs / 1000);
    },
    onClaim: (outcome) => claims.inc({ outcome }),
    onTierChange: (change) => tierChanges.inc({ change }),
    onReaped: (tier, why) => reaps.inc({ tier, why }),
    onOom: () => ooms.inc(),
    onExchange: (form, outcome) => exchanges.inc({ form, outcome }),
    onClockJump: () => clockJumps.inc(),
    watchPool: (poolSources) => poolGauges(registers, poolSources),
    text: () => registry.metrics(),
  };
}

function gauges(registers: Registry[], sources: MetricSources): void {
  const gauge = (name: string, help: string, labelNames: string[], collect: (self: Gauge) => Promise<void> | void) =>
    new Gauge({
      name: `sandglass_${name}`,
      help,
      labelNames,
      registers,
      async collect() {
        await collect(this);
      },
    });
  gauge('sandboxes', 'Sandboxes by state', ['state'], async (self) => {
    self.reset();
    for (const [state, count] of Object.entries(await sources.countByState())) self.set({ state }, count ?? 0);
  });
  gauge('overdue_sandboxes', 'Sandboxes whose work is not done long after it should be', ['state'], async (self) => {
    for (const [state, count] of Object.entries(await sources.countOverdue())) self.set({ state }, count);
  });
  gauge('live_store_up', '1 while the live store answers', [], (self) => self.set(sources.isLiveStoreUp() ? 1 : 0));
  gauge('engine_up', '1 while the engine answers', [], (self) => self.set(sources.isEngineReachable() ? 1 : 0));
}
