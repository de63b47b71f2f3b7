const HEADER_BYTES = 8;

/**
 * The output in the frames of a container without a terminal: one byte of stream, three of padding, four of length
 * (big-endian), then the bytes (Docker Engine API, "Stream format"). Both streams come out in the engine's order.
 */
export async function* frameContents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let header = Buffer.alloc(0);
  let left = 0;
  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk);
    while (rest.length > 0) {
      if (left > 0) {
        const content = rest.subarray(0, left);
        left -= content.length;
        rest = rest.subarray(content.length);
        yield content;
        continue;
      }
      const missing = HEADER_BYTES - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < HEADER_BYTES) break;
      left = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  }
}

/** Longer ones no log driver writes: json-file cuts at 16 KiB. */
const LONGEST_FRAME_BYTES = 1024 * 1024;

export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly content: Buffer;
}

/** The same frames, each whole and with its stream. Throws on one that is over 1 MiB long. */
export async function* wholeFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + rest.readUInt32BE(at + 4);
      if (end - at > LONGEST_FRAME_BYTES) throw new Error('a frame of the log is over 1 MiB long');
      if (end > rest.length) break;
      yield { stream: rest[at] === 2 ? 'stderr' : 'stdout', content: rest.subarray(at + HEADER_BYTES, end) };
      at = end;
    }
    rest = rest.subarray(at);
  }
}

/** The last `maxBytes` of it as text, whole characters only; holds little more than that at any time. */
export async function lastText(contents: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of contents) {
    pieces.push(piece);
    size += piece.length;
    if (size > 2 * maxBytes + 65_536) {
      const kept = tailOf(pieces, maxBytes);
      pieces = [kept];
      size = kept.length;
    }
  }
  const tail = tailOf(pieces, maxBytes);
  return tail.subarray(size > maxBytes ? firstWholeCharacter(tail) : 0).toString('utf8');
}

function tailOf(pieces: readonly Buffer[], maxBytes: number): Buffer {
  const all = Buffer.concat(pieces);
  return all.subarray(Math.max(0, all.length - maxBytes));
}

/** Behind the continuation bytes (10xxxxxx) of a UTF-8 character that was cut. */
function firstWholeCharacter(bytes: Buffer): number {
  let index = 0;
  while (index < 4 && index < bytes.length && ((bytes[index] ?? 0) & 0xc0) === 0x80) index++;
  return index;
}
