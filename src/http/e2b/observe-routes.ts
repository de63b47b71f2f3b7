import {
  e2bLogsQuerySchema,
  e2bLogsV2QuerySchema,
  e2bMetricsQuerySchema,
  logLevels,
} from '../../contract/e2b-calls.ts';
import type { E2bLogEntry, E2bMetric } from '../../contract/e2b-sandbox.ts';
import { containerLog, type LogLine, recentSamples } from '../../operations/e2b-observe.ts';
import type { Http } from '../http-deps.ts';
import { isoInstant } from '../instants.ts';
import { addE2bEndpoint } from './e2b-endpoint.ts';

/** The log of the main process, and what the sandbox used. */
export function addE2bObserveRoutes(http: Http): void {
  addMetrics(http);
  addLogs(http);
}

type Sample = Awaited<ReturnType<typeof recentSamples>>[number];

function addMetrics(http: Http): void {
  const { operations } = http.deps;
  const spec = { method: 'get', paths: ['/sandboxes/{sandboxID}/metrics'], operation: 'e2bMetrics' } as const;
  addE2bEndpoint(http, { ...spec, query: e2bMetricsQuerySchema }, async ({ c, caller, id, query }) => {
    const fromMs = (query.start ?? 0) * 1000;
    // The whole of the last second.
    const toMs = query.end === undefined ? operations.clock.nowMs() : query.end * 1000 + 999;
    return c.json((await recentSamples(operations, caller, id, { fromMs, toMs })).map(metricOf), 200);
  });
}

function metricOf(sample: Sample): E2bMetric {
  return {
    timestamp: isoInstant(sample.atMs),
    timestampUnix: Math.floor(sample.atMs / 1000),
    cpuCount: sample.cpuCount,
    cpuUsedPct: sample.cpuUsedPct,
    memUsed: sample.memUsedBytes,
    memTotal: sample.memTotalBytes,
    memCache: sample.memCacheBytes,
    diskUsed: sample.diskUsedBytes,
    diskTotal: sample.diskTotalBytes,
  };
}

function addLogs(http: Http): void {
  const { operations } = http.deps;
  const first = { method: 'get', paths: ['/sandboxes/{sandboxID}/logs'], operation: 'e2bLogs' } as const;
  addE2bEndpoint(http, { ...first, query: e2bLogsQuerySchema }, async ({ c, caller, id, query }) => {
    const lines = await containerLog(operations, caller, id, c.req.raw.signal);
    const isAsked = ({ atMs }: LogLine) => atMs >= (query.start ?? 0);
    const logEntries = lines.filter(isAsked).map(entryOf).slice(0, query.limit);
    const logs = logEntries.map(({ timestamp, message }) => ({ timestamp, line: message }));
    return c.json({ logs, logEntries }, 200);
  });
  const second = { method: 'get', paths: ['/v2/sandboxes/{sandboxID}/logs'], operation: 'e2bLogsV2' } as const;
  addE2bEndpoint(http, { ...second, query: e2bLogsV2QuerySchema }, async ({ c, caller, id, query }) => {
    const lines = await containerLog(operations, caller, id, c.req.raw.signal);
    const isForward = query.direction === 'forward';
    const isBeyond = ({ atMs }: LogLine) =>
      query.cursor === undefined || (isForward ? atMs >= query.cursor : atMs <= query.cursor);
    const isAsked = ({ level, message }: E2bLogEntry) =>
      logLevels.indexOf(level) >= logLevels.indexOf(query.level) && message.includes(query.search ?? '');
    const entries = lines.filter(isBeyond).map(entryOf).filter(isAsked);
    const ordered = isForward ? entries : entries.reverse();
    return c.json({ logs: ordered.slice(0, query.limit) }, 200);
  });
}

/** The engine's log has no levels. */
function entryOf({ atMs, text }: LogLine): E2bLogEntry {
  return { timestamp: isoInstant(atMs), message: text, level: 'info', fields: {} };
}
