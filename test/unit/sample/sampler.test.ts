import { expect, it } from 'vitest';
import { silentLog } from '../../../src/observe/logger.ts';
import { sampleOf } from '../../../src/sample/sample-of.ts';
import { type SamplerDeps, sampler } from '../../../src/sample/sampler.ts';
import { memoryService } from '../../support/memory-service.ts';

const USAGE = {
  ...{ memChargedBytes: 1000, memCacheBytes: 300, memInactiveFileBytes: 200 },
  ...{ memPeakBytes: 1500, memLimitBytes: 4000, memRssBytes: 600, oomKills: 2, pids: 4 },
};

async function measured(overrides: Partial<SamplerDeps> = {}) {
  const service = await memoryService();
  const disk = () => ({ usedBytes: 5, totalBytes: 50 });
  const cgroup = { version: 2 as const, read: () => ({ ...USAGE, cpuNs: 7 }), disk, pids: () => [process.pid] };
  const running = sampler({
    ...{ store: service.store, feed: service.feed, runtime: service.runtime, clock: service.clock, log: silentLog },
    ...{ isEngineLocal: true, everyMs: 3_600_000, findCgroup: () => cgroup },
    ...overrides,
  });
  const close = async () => {
    running.close();
    await service.close();
  };
  return { service, running, close };
}

const ALL = [0, Number.POSITIVE_INFINITY] as const;

it('takes the first sample when a sandbox starts, and drops all when it stops', async () => {
  const { service, running, close } = await measured();
  const { id } = await service.alice.start();
  expect(running.recent(id, ...ALL)).toMatchObject([
    {
      ...{ memUsedBytes: 700, memCacheBytes: 300, memTotalBytes: 4000, memChargedBytes: 1000, memWorkingSetBytes: 800 },
      ...{ memPeakBytes: 1500, pids: 4, diskUsedBytes: 5, diskTotalBytes: 50, source: 'cgroup-v2' },
      ...{ memRssBytes: 600, oomKills: 2 },
    },
  ]);
  await service.alice.post(`/v1/sandboxes/${id}/stop`, {});
  expect(running.recent(id, ...ALL)).toEqual([]);
  await close();
});

it('keeps no more than five minutes', async () => {
  const { service, running, close } = await measured();
  const { id } = await service.alice.start();
  for (let i = 0; i < 100; i += 1) await running.sampleAll();
  expect(running.recent(id, ...ALL)).toHaveLength(60);
  await close();
});

it('takes up what runs already', async () => {
  const { service, running, close } = await measured();
  const { id } = await service.alice.start();
  const second = sampler({
    ...{ store: service.store, feed: service.feed, runtime: service.runtime, clock: service.clock, log: silentLog },
    ...{ isEngineLocal: false, everyMs: 3_600_000 },
  });
  await second.begin();
  await second.sampleAll();
  expect(second.recent(id, ...ALL).at(-1)).toMatchObject({ source: 'engine', memPeakBytes: 9 << 20 });
  second.close();
  running.close();
  await close();
});

it('asks the engine where it has no cgroup of its own, and lives with no answer', async () => {
  const { service, running, close } = await measured({ isEngineLocal: false });
  const { id } = await service.alice.start();
  await running.sampleAll();
  const before = running.recent(id, ...ALL).length;
  expect(before).toBeGreaterThan(0);
  service.control.failNext('usage');
  await running.sampleAll();
  expect(running.recent(id, ...ALL)).toHaveLength(before);
  await close();
});

it('reads one now, with its processes, and keeps no sample of that', async () => {
  const { service, running, close } = await measured();
  const { id } = await service.alice.start();
  expect(running.recent(id, ...ALL)).toHaveLength(1);
  const reading = await running.read(id);
  expect(reading?.sample).toMatchObject({ memChargedBytes: 1000, source: 'cgroup-v2' });
  // This process stands for the sandbox's.
  expect(reading?.detail?.processes).toEqual([{ pid: process.pid, pssBytes: expect.any(Number) }]);
  expect(reading?.detail?.pssBytes).toBeGreaterThan(10 << 20);
  expect(running.recent(id, ...ALL)).toHaveLength(1);
  await service.alice.post(`/v1/sandboxes/${id}/stop`, {});
  expect(await running.read(id)).toBeUndefined();
  await close();
});

it('tells the last sample where only the engine counts', async () => {
  const { service, running, close } = await measured({ isEngineLocal: false });
  const { id } = await service.alice.start();
  await running.sampleAll();
  const [last] = running.recent(id, ...ALL).slice(-1);
  service.control.failNext('usage');
  expect(await running.read(id)).toEqual({ sample: last, detail: null });
  await close();
});

it('tells the cpu of the time between two samples, in percent of one', () => {
  const resources = { cpus: 2, memoryMb: 64, diskMb: null, pids: 64 };
  const disk = { usedBytes: 0, totalBytes: 0 };
  const since = { atMs: 1_000, cpuNs: 1e9 };
  const sample = sampleOf(
    { ...USAGE, memLimitBytes: 0, cpuNs: 2.5e9 },
    { atMs: 2_000, disk, source: 'cgroup-v1', since, resources },
  );
  expect(sample).toMatchObject({ cpuUsedPct: 150, cpuCount: 2, memTotalBytes: 64 << 20 });
});
