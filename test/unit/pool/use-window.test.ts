import { describe, expect, it } from 'vitest';
import { useWindow } from '../../../src/pool/use-window.ts';

const window = () => useWindow({ windowMs: 1_000, uses: 3 });

describe('the uses of a signature', () => {
  it('are counted for as long as the window, to the millisecond', () => {
    const uses = window();
    uses.add(0);
    expect([uses.count(0), uses.count(999), uses.count(1_000)]).toEqual([1, 1, 0]);
  });

  it('leave the window one by one', () => {
    const uses = window();
    for (const atMs of [0, 400, 800]) uses.add(atMs);
    expect([uses.count(999), uses.count(1_000), uses.count(1_400), uses.count(1_800)]).toEqual([3, 2, 1, 0]);
  });

  it('are remembered no further than it takes to be hot, the newest of them', () => {
    const uses = window();
    for (let atMs = 0; atMs < 900; atMs += 1) uses.add(atMs);
    expect(uses.count(900)).toBe(3);
    expect(uses.count(1_898)).toBe(1);
  });

  it('count again after the window was empty', () => {
    const uses = window();
    uses.add(0);
    expect(uses.count(5_000)).toBe(0);
    uses.add(5_000);
    expect(uses.count(5_000)).toBe(1);
  });
});
