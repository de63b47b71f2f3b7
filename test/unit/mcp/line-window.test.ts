import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineWindow } from '../../../src/mcp/line-window.ts';

/** The bytes of a text in pieces of that size, which cut letters and lines anywhere. */
function pieces(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + size));
      at += size;
    },
  });
}

describe('a window of lines', () => {
  it('holds the lines that were asked for, however the bytes arrive', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 10 }).filter((text) => !/[\n\0]/.test(text));
    const lines = fc.array(line, { maxLength: 12 });
    const asked = { text: lines, size: fc.integer({ min: 1, max: 7 }), hasEnd: fc.boolean() };
    const window = { firstLine: fc.integer({ min: 1, max: 14 }), most: fc.integer({ min: 1, max: 14 }) };
    return fc.assert(
      fc.asyncProperty(fc.record({ ...asked, ...window }), async ({ text, size, hasEnd, firstLine, most }) => {
        const whole = text.join('\n') + (hasEnd && text.length > 0 ? '\n' : '');
        const all = whole.split(/(?<=\n)/).filter((one) => one !== '');
        const shown = await lineWindow(pieces(new TextEncoder().encode(whole), size), { firstLine, lines: most });
        const wanted = all.slice(firstLine - 1, firstLine - 1 + most);
        expect(shown).toEqual({
          ...{ text: wanted.join(''), firstLine, lines: wanted.length },
          truncated: all.length > firstLine - 1 + most,
        });
      }),
    );
  });

  it('is bounded, and says so', async () => {
    const shown = await lineWindow(pieces(new Uint8Array(1_000_000).fill(120), 65_536), { firstLine: 1, lines: 5 });
    expect(shown).toMatchObject({ lines: 1, truncated: true });
    expect(shown.text).toHaveLength(256 * 1024);
  });

  it('is refused for what is no text', async () => {
    for (const bytes of [[0x61, 0x00], [0xff, 0xfe], [0xc3]]) {
      const window = lineWindow(pieces(Uint8Array.from(bytes), 8), { firstLine: 1, lines: 5 });
      await expect(window).rejects.toMatchObject({ code: 'unsupported' });
    }
  });
});
