import { expect, it } from 'vitest';
import { milliseconds } from '../../src/cli/milliseconds.ts';

// 1053 was shown as 1.05e+3.
it.each([
  [0.04, '0.0'],
  [4.21, '4.2'],
  [99.94, '99.9'],
  [117.4, '117'],
  [1053.2, '1053'],
  [123_456.7, '123457'],
])('%f ms is shown as %s', (ms, shown) => {
  expect(milliseconds(ms)).toBe(shown);
});
