import { describe, expect, it } from 'vitest';
import { quietTime } from '../../../src/pool/quiet-time.ts';

function setUp() {
  let nowMs = 0;
  let busy = false;
  const quiet = quietTime({ monotonicMs: () => nowMs }, { quietMs: 50, longestMs: 500, isBusy: () => busy });
  return { quiet, at: (ms: number) => (nowMs = ms), setBusy: (is: boolean) => (busy = is) };
}

describe('the quiet time', () => {
  it('is there before anything happened', () => {
    expect(setUp().quiet.leftMs()).toBe(0);
  });

  it('begins so long after the last disturbance', () => {
    const { quiet, at } = setUp();
    quiet.disturb();
    expect(quiet.leftMs()).toBe(50);
    at(30);
    quiet.disturb();
    expect(quiet.leftMs()).toBe(50);
    at(80);
    expect(quiet.leftMs()).toBe(0);
  });

  it('is not waited for longer than the bound, however often it is disturbed', () => {
    const { quiet, at } = setUp();
    for (let ms = 0; ms <= 490; ms += 10) {
      at(ms);
      quiet.disturb();
      expect(quiet.leftMs()).toBe(Math.min(50, 500 - ms));
    }
    at(500);
    quiet.disturb();
    expect(quiet.leftMs()).toBe(0);
  });

  it('is waited for anew after a pause', () => {
    const { quiet, at } = setUp();
    quiet.disturb();
    at(600);
    quiet.disturb();
    expect(quiet.leftMs()).toBe(50);
  });

  it('does not begin while something goes on, and is waited for no longer than the bound then either', () => {
    const { quiet, at, setBusy } = setUp();
    quiet.disturb();
    setBusy(true);
    at(200);
    expect(quiet.leftMs()).toBe(50);
    // Its end is a disturbance, but begins no new bound.
    quiet.disturb();
    at(480);
    expect(quiet.leftMs()).toBe(20);
    setBusy(false);
    expect(quiet.leftMs()).toBe(0);
    at(490);
    setBusy(true);
    at(500);
    expect(quiet.leftMs()).toBe(0);
  });
});
