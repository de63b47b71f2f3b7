import fc from 'fast-check';
import { validate } from 'node-cron';
import { describe, expect, it } from 'vitest';
import { cronLine } from '../../src/schedule/cron-line.ts';

describe('cron lines', () => {
  it.each([
    [1, '*/1 * * * * *'],
    [30, '*/30 * * * * *'],
    [60, '0 */1 * * * *'],
    [90, '0 */1 * * * *'],
    [3_600, '0 0 */1 * * *'],
    [86_400, '0 0 0 * * *'],
  ])('every %i s is %s', (seconds, line) => {
    expect(cronLine(seconds)).toBe(line);
  });

  it('is a line that node-cron takes, for every span', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 86_400 }), (seconds) => validate(cronLine(seconds))));
  });
});
