import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteRange } from '../../src/contract/byte-range.ts';

test('is always within the bytes, and what was asked for', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(120), fc.nat(120), (size, from, to) => {
      const bytes = Array.from({ length: size }, (_, index) => index);
      const wanted = bytes.slice(from, to + 1);
      const range = byteRange(`bytes=${from}-${to}`, size);
      if (to < from) expect(range).toBe(undefined);
      else if (from >= size) expect(range).toBe('unsatisfiable');
      else expect(range).toEqual({ first: wanted[0], last: wanted.at(-1) });
    }),
  );
});

test('a suffix is the last bytes', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(120), (size, length) => {
      const range = byteRange(`bytes=-${length}`, size);
      if (size === 0 || length === 0) expect(range).toBe('unsatisfiable');
      else expect(range).toEqual({ first: Math.max(0, size - length), last: size - 1 });
    }),
  );
});

test.each([undefined, '', 'bytes=', 'bytes=-', 'bytes=a-b', 'items=0-1', 'bytes=0-1,3-4'])(
  '%s asks for everything',
  (header) => {
    expect(byteRange(header, 10)).toBe(undefined);
  },
);
