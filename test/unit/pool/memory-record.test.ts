import { describe, expect, it } from 'vitest';
import { memoryRecord } from '../../../src/pool/memory-record.ts';
import { manualClock } from '../../support/manual-clock.ts';

const MIB = 1024 * 1024;
const EVERY_MS = 15_000;

function aRecord() {
  const clock = manualClock();
  let usedMb = 0;
  const read = () => {
    usedMb += 1;
    return { usedBytes: usedMb * MIB };
  };
  return { clock, record: memoryRecord({ clock, read, reservedMb: () => 512 }) };
}

describe('the record of memory', () => {
  it('has nothing before the first look, then each look with its instant', async () => {
    const { clock, record } = aRecord();
    expect(record.points()).toEqual([]);
    record.note();
    await clock.advance(EVERY_MS);
    record.note();
    const beganMs = clock.nowMs() - EVERY_MS;
    expect(record.points()).toEqual([
      { atMs: beganMs, usedMb: 1, reservedMb: 512 },
      { atMs: beganMs + EVERY_MS, usedMb: 2, reservedMb: 512 },
    ]);
  });

  it('keeps an hour', async () => {
    const { clock, record } = aRecord();
    for (let look = 0; look < 300; look += 1) {
      record.note();
      await clock.advance(EVERY_MS);
    }
    expect(record.points()).toHaveLength(240);
    expect(record.points().at(-1)?.usedMb).toBe(300);
  });

  it('has none ahead of now after the clock was set back', async () => {
    const { clock, record } = aRecord();
    record.note();
    clock.jump(-60_000);
    record.note();
    expect(record.points().map(({ usedMb }) => usedMb)).toEqual([2]);
  });
});
