import { type Metrics, type MetricsPoint, metricsSchema } from '../../contract/metrics.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { sandboxMetrics } from '../../operations/sandbox-metrics.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { isoInstant } from '../instants.ts';

type Sample = Awaited<ReturnType<typeof sandboxMetrics>>['samples'][number];

/** What a sandbox uses. */
export function addMetricsRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}/metrics', operationId: 'getMetrics', tag: 'Observe' },
      summary: 'Memory, cpu, disk and processes of the last minutes',
      params: sandboxPathSchema,
      answers: { 200: { description: 'As it was counted', schema: metricsSchema } },
      errors: ['sandbox_not_found', 'gone'],
    },
    async ({ c, caller, params: { id } }) => {
      const { row, samples } = await sandboxMetrics(http.deps.operations, caller, id);
      const history = samples.map(pointOf);
      const metrics: Metrics = { id, state: row.state, latest: history.at(-1) ?? null, history };
      return c.json(metrics, 200);
    },
  );
}

function pointOf(sample: Sample): MetricsPoint {
  return {
    at: isoInstant(sample.atMs),
    cpu: { count: sample.cpuCount, usedPct: sample.cpuUsedPct },
    memory: {
      usageBytes: sample.memChargedBytes ?? sample.memUsedBytes + sample.memCacheBytes,
      workingSetBytes: sample.memWorkingSetBytes ?? sample.memUsedBytes,
      cacheBytes: sample.memCacheBytes,
      peakBytes: sample.memPeakBytes ?? 0,
      limitBytes: sample.memTotalBytes,
      source: sample.source ?? 'engine',
    },
    disk: { usedBytes: sample.diskUsedBytes, totalBytes: sample.diskTotalBytes },
    pids: sample.pids ?? 0,
  };
}
