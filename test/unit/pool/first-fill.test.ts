import { beforeEach, describe, expect, it } from 'vitest';
import { type FirstFill, firstFill } from '../../../src/pool/first-fill.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';

let clock: ManualClock;
let status: { isOn: boolean; belowFloor: readonly string[] };
let fill: FirstFill;

beforeEach(() => {
  clock = manualClock();
  status = { isOn: true, belowFloor: [] };
  fill = firstFill({ clock, status: () => status });
});

describe('the first fill', () => {
  it('is over where the pool is off', () => {
    status.isOn = false;
    expect(fill.isOver()).toBe(true);
  });

  it('is not over before the floors are known, though none is missed yet', () => {
    expect(fill.isOver()).toBe(false);
    fill.begin();
    expect(fill.isOver()).toBe(false);
    fill.floorsAreKnown();
    expect(fill.isOver()).toBe(true);
  });

  it('is over when all floors are warm, and stays so when one is not any more', () => {
    status.belowFloor = ['base'];
    fill.begin();
    fill.floorsAreKnown();
    expect(fill.isOver()).toBe(false);
    status.belowFloor = [];
    expect(fill.isOver()).toBe(true);
    status.belowFloor = ['base'];
    expect(fill.isOver()).toBe(true);
  });

  it('is over when the floors were warm for a moment that nobody asked in', () => {
    status.belowFloor = ['base'];
    fill.begin();
    fill.floorsAreKnown();
    status.belowFloor = [];
    fill.look();
    status.belowFloor = ['base'];
    expect(fill.isOver()).toBe(true);
  });

  it('takes a minute at most', async () => {
    status.belowFloor = ['base'];
    fill.begin();
    await clock.advance(59_999);
    expect(fill.isOver()).toBe(false);
    await clock.advance(1);
    expect(fill.isOver()).toBe(true);
  });
});
