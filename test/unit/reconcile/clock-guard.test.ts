import { describe, expect, it } from 'vitest';
import { clockGuard } from '../../../src/reconcile/clock-guard.ts';
import { manualClock } from '../../support/manual-clock.ts';

describe('trust in the wall clock', () => {
  function setUp() {
    const clock = manualClock();
    const jumps: number[] = [];
    return { clock, jumps, guard: clockGuard(clock, (ms) => jumps.push(ms)) };
  }

  it('holds while both clocks advance together, also slowly corrected', async () => {
    const { clock, guard, jumps } = setUp();
    for (let count = 0; count < 10; count += 1) {
      await clock.advance(250);
      clock.jump(29_000);
      expect(guard.isTrusted()).toBe(true);
    }
    expect(jumps).toEqual([]);
  });

  it.each([31_000, -31_000, 86_400_000])('is lost by a jump of %i ms, told once', async (ms) => {
    const { clock, guard, jumps } = setUp();
    clock.jump(ms);
    expect(guard.isTrusted()).toBe(false);
    await clock.advance(250);
    expect(guard.isTrusted()).toBe(false);
    expect(jumps).toEqual([ms]);
  });

  it('comes back when the clock agrees with the time before the jump', async () => {
    const { clock, guard } = setUp();
    clock.jump(3_600_000);
    expect(guard.isTrusted()).toBe(false);
    await clock.advance(1_000);
    clock.jump(-3_600_000);
    expect(guard.isTrusted()).toBe(true);
  });

  it('takes the new time for true after five minutes', async () => {
    const { clock, guard, jumps } = setUp();
    clock.jump(3_600_000);
    expect(guard.isTrusted()).toBe(false);
    await clock.advance(299_999);
    expect(guard.isTrusted()).toBe(false);
    await clock.advance(1);
    expect(guard.isTrusted()).toBe(true);
    await clock.advance(250);
    expect(guard.isTrusted()).toBe(true);
    expect(jumps).toHaveLength(1);
  });
});
