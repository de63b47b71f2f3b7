import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesText, parseBytes, parseMillicores, parseQuantity } from '../../../src/cli/profile/units.ts';

describe('a quantity', () => {
  it.each([
    ['0', 0],
    ['128974848', 128_974_848],
    ['1Ki', 1024],
    ['1.5Mi', 1_572_864],
    ['2Gi', 2 * 1024 ** 3],
    ['3Ti', 3 * 1024 ** 4],
    ['1Pi', 1024 ** 5],
    ['1Ei', 1024 ** 6],
    ['1k', 1000],
    ['1K', 1000],
    ['1M', 1e6],
    ['1G', 1e9],
    ['1T', 1e12],
    ['1P', 1e15],
    ['1E', 1e18],
    ['.5', 0.5],
    ['500m', 0.5],
    ['250u', 0.00025],
    ['1n', 1e-9],
  ])('%s is %d', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value, 12);
  });

  it.each([
    ...[
      'NaNMi',
      '-5Mi',
      '1_0Mi',
      'InfinityGi',
      '',
      ' ',
      '5 Mi',
      '5mi',
      '5MI',
      '5B',
      '+5Mi',
      '1e3',
      '1e3Mi',
      '0x10',
      '.',
      '5.',
    ],
    ...['Mi', '5Mi\n', '٣Mi', '1,5Gi', '5Mi5Mi', `${'9'.repeat(400)}Ei`, '5__proto__', '5constructor'],
  ])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeNull();
  });

  it('never throws, and is a finite number from 0 on or null, whatever the text', () => {
    const amounts = fc
      .array(fc.constantFrom(...'-+.0123456789_ eE'), { maxLength: 8 })
      .map((letters) => letters.join(''));
    const units = fc.constantFrom(
      '',
      'Ki',
      'Mi',
      'Gi',
      'Ti',
      'Pi',
      'Ei',
      'k',
      'K',
      'M',
      'G',
      'T',
      'P',
      'E',
      'm',
      'n',
      'u',
      'B',
    );
    const almost = fc.tuple(amounts, units).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary-ascii' }), almost), (text) => {
        for (const value of [parseQuantity(text), parseBytes(text), parseMillicores(text)]) {
          expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read as it was written, for all bytes that there can be', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        expect(parseBytes(bytesText(bytes))).toBe(bytes);
      }),
    );
  });

  it('of cpus is in thousandths', () => {
    expect(['250m', '0.29', '2', '1500000n', 'x'].map(parseMillicores)).toEqual([250, 290, 2000, 1.5, null]);
  });
});
