import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { createMetrics } from '../../../src/observe/metrics.ts';
import { eventually } from '../../support/api.ts';

const BLOCKED_MS = 120;

it('the metrics tell how long the event loop was blocked, by quantile and at most', async () => {
  const metrics = createMetrics({
    countByState: async () => ({}),
    countOverdue: async () => ({}),
    isLiveStoreUp: () => true,
    isEngineReachable: () => true,
  });
  const seconds = async (kind: string) => {
    const line = new RegExp(`^sandglass_nodejs_eventloop_lag_${kind}_seconds (\\S+)$`, 'm');
    return Number(line.exec(await metrics.text())?.[1]);
  };
  const witness = monitorEventLoopDelay({ resolution: 20 });
  witness.enable();
  await eventually('the witness looks', async () => witness.count > 0, 3_000);
  const endMs = performance.now() + BLOCKED_MS;
  while (performance.now() < endMs) Math.sqrt(endMs);
  // Each scrape begins a new measurement: this is the first, after the witness has had its turn.
  await eventually('the loop turns again', async () => witness.max > (BLOCKED_MS - 20) * 1e6, 3_000);
  witness.disable();
  expect(await seconds('max')).toBeGreaterThanOrEqual((BLOCKED_MS - 20) / 1000);
  const text = await metrics.text();
  for (const kind of ['mean', 'p50', 'p99']) expect(text).toContain(`sandglass_nodejs_eventloop_lag_${kind}_seconds `);
});
