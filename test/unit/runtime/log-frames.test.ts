import fc from 'fast-check';
import { expect, it } from 'vitest';
import { frameContents, lastText } from '../../../src/runtime/docker/log-frames.ts';

function frame(stream: 1 | 2, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const tail = (bytes: Buffer, size: number, maxBytes: number) =>
  lastText(frameContents(inPieces(bytes, size)), maxBytes);

it('joins both streams in order, however the chunks are cut', async () => {
  const bytes = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n'), frame(1, ''), frame(1, 'three\n')]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: bytes.length }), async (size) => {
      expect(await tail(bytes, size, 100)).toBe('one\ntwo\nthree\n');
    }),
  );
});

it('keeps the last bytes, and no half of a character', async () => {
  const bytes = frame(1, 'aä€😀');
  expect(await tail(bytes, 3, 4)).toBe('😀');
  expect(await tail(bytes, 3, 5)).toBe('😀');
  expect(await tail(bytes, 3, 7)).toBe('€😀');
  expect(await tail(bytes, 3, 10)).toBe('aä€😀');
});

it('keeps a whole text that begins with bytes of no character', async () => {
  expect(await tail(frame(1, Buffer.from([0x80, 0x41])), 8, 10)).toBe('\ufffdA');
});

it('ends with what is there when the stream is cut in a frame', async () => {
  const bytes = Buffer.concat([frame(1, 'whole'), frame(1, 'broken').subarray(0, 11)]);
  expect(await tail(bytes, 4, 100)).toBe('wholebro');
});
