import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { type PoolMetricSources, poolGauges } from '../../../src/observe/pool-metrics.ts';

const slots = { target: 0, ready: 0, inStart: 0 };
const room = { reservedMb: 2, waiting: 3, pressure: null };

function textOf(sources: Partial<PoolMetricSources>): Promise<string> {
  const registry = new Registry();
  poolGauges([registry], { pool: () => ({ signatures: [] }), capacity: () => room, ...sources });
  return registry.metrics();
}

it('counts what is ready, wanted and under way, by tier and signature', async () => {
  const signatures = [
    { ...slots, signature: 'aaaaaaaa', tier: 'permanent', target: 4, ready: 3, inStart: 1 },
    { ...slots, signature: 'bbbbbbbb', tier: 'hot', target: 1, inStart: 1 },
  ];
  const text = await textOf({ pool: () => ({ signatures }) });
  expect(text).toContain('sandglass_pool_ready{tier="permanent",signature="aaaaaaaa"} 3\n');
  expect(text).toContain('sandglass_pool_ready{tier="hot",signature="bbbbbbbb"} 0\n');
  expect(text).toContain('sandglass_pool_target{tier="permanent",signature="aaaaaaaa"} 4\n');
  expect(text).toContain('sandglass_pool_in_start 2\n');
});

it('has no label for a signature that has no slots', async () => {
  const signatures = [{ ...slots, signature: 'cccccccc', tier: 'cold' }];
  expect(await textOf({ pool: () => ({ signatures }) })).not.toContain('cccccccc');
});

it('tells memory in bytes, and no pressure before it was measured', async () => {
  const before = await textOf({});
  expect(before).toContain('sandglass_memory_reserved_bytes 2097152\n');
  expect(before).toContain('sandglass_admission_waiting 3\n');
  expect(before).not.toMatch(/^sandglass_memory_pressure_ratio/m);
  const measured = await textOf({ capacity: () => ({ ...room, pressure: { ratio: 0.25 } }) });
  expect(measured).toContain('sandglass_memory_pressure_ratio 0.25\n');
});
