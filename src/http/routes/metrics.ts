import { type Metrics, type MetricsPoint, metricsQuerySchema, metricsSchema } from '../../contract/metrics.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { sandboxMetrics } from '../../operations/sandbox-metrics.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { isoInstant } from '../instants.ts';

type Told = Awaited<ReturnType<typeof sandboxMetrics>>;
type Sample = Told['samples'][number];

/** What a sandbox uses. */
export function addMetricsRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}/metrics', operationId: 'getMetrics', tag: 'Observe' },
      summary: 'Memory, cpu, disk and processes of the last minutes',
      params: sandboxPathSchema,
      query: metricsQuerySchema,
      answers: { 200: { description: 'As it was counted', schema: metricsSchema } },
      errors: ['sandbox_not_found', 'gone'],
    },
    async ({ c, caller, params: { id }, query }) => {
      const { row, samples, reading } = await sandboxMetrics(http.deps.operations, caller, { id, ...query });
      const history = samples.map(pointOf);
      const told = { id, state: row.state, history };
      const metrics: Metrics = query.detail
        ? { ...told, latest: reading === null ? null : pointOf(reading.sample), detail: detailView(reading) }
        : { ...told, latest: history.at(-1) ?? null };
      return c.json(metrics, 200);
    },
  );
}

function detailView(reading: Told['reading']): Metrics['detail'] {
  const detail = reading?.detail ?? null;
  return detail === null ? null : { ...detail, processes: [...detail.processes] };
}

function pointOf(sample: Sample): MetricsPoint {
  return {
    at: isoInstant(sample.atMs),
    cpu: { count: sample.cpuCount, usedPct: sample.cpuUsedPct },
    memory: {
      usageBytes: sample.memChargedBytes ?? sample.memUsedBytes + sample.memCacheBytes,
      workingSetBytes: sample.memWorkingSetBytes ?? sample.memUsedBytes,
      cacheBytes: sample.memCacheBytes,
      rssBytes: sample.memRssBytes ?? sample.memUsedBytes,
      peakBytes: sample.memPeakBytes ?? 0,
      limitBytes: sample.memTotalBytes,
      oomKills: sample.oomKills ?? null,
      source: sample.source ?? 'engine',
    },
    disk: { usedBytes: sample.diskUsedBytes, totalBytes: sample.diskTotalBytes },
    pids: sample.pids ?? 0,
  };
}
