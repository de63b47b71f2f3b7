import fc from 'fast-check';
import { expect, test } from 'vitest';
import { capture } from '../../../../src/agent/process/capture.ts';

function captured(limit: number, chunks: readonly Buffer[]) {
  const into = capture(limit);
  for (const chunk of chunks) into.add(chunk);
  return { text: [...into.pieces()].join(''), isTruncated: into.isTruncated };
}

test('keeps all text up to the limit, however its bytes are split', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 1, max: 7 }), (text, size) => {
      const all = Buffer.from(text);
      const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
        all.subarray(index * size, (index + 1) * size),
      );
      expect(captured(1_000_000, chunks)).toEqual({ text, isTruncated: false });
    }),
  );
});

test('leaves out the middle beyond the limit, says how much, and cuts no character in two', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 60 }), fc.integer({ min: 1, max: 9 }), (limit, size) => {
      const all = Buffer.from('aé€😀'.repeat(20));
      const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
        all.subarray(index * size, (index + 1) * size),
      );
      const { text, isTruncated } = captured(limit, chunks);
      expect(isTruncated).toBe(true);
      expect(text).not.toContain('\ufffd');
      const [start = '', end = ''] = text.split(/\n\[\.\.\. \d+ bytes truncated \.\.\.\]\n/);
      const missing = Number(/(\d+) bytes/.exec(text)?.[1]);
      expect(all.toString().startsWith(start)).toBe(true);
      expect(all.toString().endsWith(end)).toBe(true);
      expect(Buffer.byteLength(start + end) + missing).toBe(all.length);
      expect(Buffer.byteLength(start + end)).toBeGreaterThan(limit - 8);
    }),
  );
});

test('replaces what is not UTF-8', () => {
  expect(captured(100, [Buffer.from([0x61, 0xff, 0x62])]).text).toBe('a\ufffdb');
});

test('holds a few times its limit at most, whatever passes through', () => {
  const into = capture(1024);
  for (let count = 0; count < 100_000; count += 1) into.add(Buffer.from('0123456789'));
  expect([...into.pieces()].join('').length).toBeLessThan(1100);
});
