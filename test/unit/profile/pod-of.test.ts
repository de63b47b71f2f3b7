import { expect, it } from 'vitest';
import { judged } from '../../../src/cli/profile/budget.ts';
import { podOf } from '../../../src/cli/profile/pod-of.ts';
import { sandboxExample } from '../../../src/contract/sandbox-example.ts';
import type { Metrics, MetricsPoint, SandboxView } from '../../../src/sdk/index.ts';
import { pod } from './profiles.ts';

const { start: _start, ...example } = sandboxExample;
const view: SandboxView = {
  ...example,
  state: 'running',
  start: null,
  deadlines: { ...example.deadlines, next: null },
  lifetime: { ...example.lifetime, onTimeout: 'stop' },
};
const point: MetricsPoint = {
  ...{ at: '2026-08-01T12:00:00.000Z', cpu: { count: 1, usedPct: 12.5 }, pids: 3 },
  memory: {
    ...{
      usageBytes: 41_943_040,
      workingSetBytes: 33_554_433,
      cacheBytes: 8_388_608,
      rssBytes: 1,
      peakBytes: 50_331_648,
    },
    ...{ limitBytes: 0, oomKills: 0, source: 'cgroup-v1' },
  },
  disk: { usedBytes: 0, totalBytes: 0 },
};
const processes = [{ pid: 42, ppid: 1, user: 'user', rssBytes: 3 << 20, cpuSeconds: 1, command: 'sh' }];

it('tells a sandbox as it was measured, to the byte', () => {
  const detail = { pssBytes: 5, shimRssBytes: null, processes: [{ pid: 42, pssBytes: 2048 }] };
  const metrics: Metrics = { id: view.id, state: 'running', latest: point, history: [], detail };
  expect(podOf({ view, metrics, processes })).toMatchObject({
    ...{ name: view.id, cpu: { raw: '125m', millicores: 125 }, pss_bytes: 5, shim_rss_bytes: null },
    memory: { raw: '33554433', bytes: 33_554_433, mib: 32, working_set_bytes: 33_554_433, limit_bytes: null },
    containers: { sandbox: { image: view.image, limits: { memory: `${view.resources.memoryMb}Mi` } } },
    processes: [{ pid: 42, rss_kib: 3072, rss_mib: 3, pss_kib: 2 }],
  });
});

it('tells one that does not run any more with an error', () => {
  const metrics: Metrics = { id: view.id, state: 'stopped', latest: null, history: [] };
  const told = podOf({ view, metrics, processes: [] });
  expect(told).toMatchObject({ phase: 'stopped', memory: { bytes: null }, error: expect.stringContaining('stopped') });
});

it('keeps a budget up to its last byte, and none of what was not measured', () => {
  const budget = { template: 'base', budgetMib: 20 };
  expect(judged(budget, [pod('a', 20 << 20)]).isKept).toBe(true);
  expect(judged(budget, [pod('a', (20 << 20) + 8192)]).isKept).toBe(false);
  expect(judged(budget, [pod('a', null)])).toMatchObject({ idleMib: null, isKept: false });
  expect(judged(budget, []).isKept).toBe(false);
});
