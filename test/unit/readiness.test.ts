import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { transitionTo } from '../../src/domain/decide.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { type PoolReadiness, readiness } from '../../src/operations/readiness.ts';
import { type MemoryLifecycle, memoryLifecycle } from '../support/memory-lifecycle.ts';
import { testRow } from '../support/rows.ts';

let system: MemoryLifecycle;
beforeEach(async () => {
  system = await memoryLifecycle();
});
afterEach(() => system.close());

const filled = { firstFill: { isOver: () => true } };
const off: PoolReadiness = { ...filled, status: () => ({ isOn: false, belowFloor: [] }) };
const ready = (pool: PoolReadiness) => readiness({ ...system, pool, pingSql: system.connection.ping });

describe('a sandbox whose work is long past its deadline', () => {
  it('degrades readiness, is counted, and is no reason to take no calls', async () => {
    const { store, clock } = system;
    expect((await ready(off)).degraded).toEqual([]);
    const row = testRow({ state: 'stopping', killAtMs: clock.nowMs() - 31_000 });
    const transition = transitionTo(row, null, 'START_REQUESTED', { atMs: row.createdAtMs, actor: 'key_1' });
    await store.create({ row, transition, idempotency: null, quota: null });
    expect(await ready(off)).toMatchObject({ ready: true, degraded: ['overdue'] });
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

describe('the pool', () => {
  it('is well where it is off, and where its floors are warm', async () => {
    expect((await ready(off)).checks.pool).toEqual({ ok: true, detail: 'off' });
    const warm: PoolReadiness = { ...filled, status: () => ({ isOn: true, belowFloor: [] }) };
    expect(await ready(warm)).toMatchObject({ ready: true, degraded: [], checks: { pool: { ok: true } } });
  });

  it('holds readiness back until its first floors are warm', async () => {
    const pool: PoolReadiness = {
      firstFill: { isOver: () => false },
      status: () => ({ isOn: true, belowFloor: ['base'] }),
    };
    expect(await ready(pool)).toMatchObject({ ready: false, degraded: ['pool'], checks: { pool: { ok: false } } });
  });

  it('degrades it later when a floor is not kept, without the name of a template', async () => {
    const pool: PoolReadiness = { ...filled, status: () => ({ isOn: true, belowFloor: ['secret-project'] }) };
    const found = await ready(pool);
    expect(found).toMatchObject({ ready: true, degraded: ['pool'], checks: { pool: { ok: false } } });
    expect(JSON.stringify(found)).not.toContain('secret-project');
  });
});
