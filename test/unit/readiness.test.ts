import { afterEach, describe, expect, it } from 'vitest';
import { transitionTo } from '../../src/domain/decide.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { readiness } from '../../src/operations/readiness.ts';
import { type MemoryLifecycle, memoryLifecycle } from '../support/memory-lifecycle.ts';
import { testRow } from '../support/rows.ts';

let system: MemoryLifecycle | undefined;
afterEach(() => system?.close());

describe('a sandbox whose work is long past its deadline', () => {
  it('degrades readiness, is counted, and is no reason to take no calls', async () => {
    system = await memoryLifecycle();
    const { store, clock, connection } = system;
    const deps = { ...system, pingSql: connection.ping };
    expect((await readiness(deps)).degraded).toEqual([]);
    const row = testRow({ state: 'stopping', killAtMs: clock.nowMs() - 31_000 });
    const transition = transitionTo(row, null, 'START_REQUESTED', { atMs: row.createdAtMs, actor: 'key_1' });
    await store.create({ row, transition, idempotency: null, quota: null });
    expect(await readiness(deps)).toMatchObject({ ready: true, degraded: ['overdue'] });
    const metrics = createMetrics({
      countByState: () => store.countByState(),
      countOverdue: () => store.countOverdue(clock.nowMs()),
      isLiveStoreUp: () => true,
      isEngineReachable: () => true,
    });
    const text = await metrics.text();
    expect(text).toContain('sandglass_overdue_sandboxes{state="stopping"} 1\n');
    expect(text).toContain('sandglass_overdue_sandboxes{state="deleting"} 0\n');
  });
});
