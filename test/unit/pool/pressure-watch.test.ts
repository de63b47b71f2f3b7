import { describe, expect, it } from 'vitest';
import type { MemoryReading } from '../../../src/pool/memory-pressure.ts';
import { pressureWatch } from '../../../src/pool/pressure-watch.ts';
import { manualClock } from '../../support/manual-clock.ts';

function watchOf(readings: readonly number[]) {
  const clock = manualClock();
  let reads = 0;
  const read = (): MemoryReading => {
    const ratio = readings[reads] ?? 0;
    reads += 1;
    return { source: 'host', detail: '/proc/meminfo', usedBytes: ratio * 100, limitBytes: 100, ratio };
  };
  return { clock, watch: pressureWatch({ read, clock }), reads: () => reads };
}

describe('the watch of memory', () => {
  it('knows nothing before the first look', () => {
    const { watch, reads } = watchOf([0.5]);
    expect([watch.last(), watch.ageMs(), reads()]).toEqual([undefined, undefined, 0]);
  });

  it('answers with the last reading without reading again, however old', async () => {
    const { watch, reads, clock } = watchOf([0.5, 0.7]);
    expect(watch.look()).toBe(watch.last());
    await clock.advance(3_600_000);
    expect([watch.last()?.ratio, watch.ageMs(), reads()]).toEqual([0.5, 3_600_000, 1]);
  });

  it('reads anew on each look', () => {
    const { watch } = watchOf([0.5, 0.7]);
    watch.look();
    expect(watch.look().ratio).toBe(0.7);
    expect(watch.ageMs()).toBe(0);
  });
});
