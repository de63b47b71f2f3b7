import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { retired } from '../../../../src/agent/process/retired.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is over can be found for its time, then no more, and no timer stays', () => {
  const kept = retired<string>({ keptMs: 1_000, bytesOf: () => 1 });
  kept.add('one');
  vi.advanceTimersByTime(600);
  kept.add('two');
  expect(kept.all()).toEqual(['one', 'two']);
  vi.advanceTimersByTime(600);
  expect(kept.all()).toEqual(['two']);
  vi.advanceTimersByTime(600);
  expect(kept.all()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('the oldest go first when there are too many, or they are too large', () => {
  const many = retired<number>({ keptMs: 1_000, bytesOf: () => 1 });
  for (let count = 0; count < 3_000; count += 1) many.add(count);
  expect(many.all()).toHaveLength(1_000);
  expect(many.all()[0]).toBe(2_000);
  const large = retired<number>({ keptMs: 1_000, bytesOf: () => 10 * 1024 * 1024 });
  for (let count = 0; count < 10; count += 1) large.add(count);
  expect(large.all()).toEqual([7, 8, 9]);
});
