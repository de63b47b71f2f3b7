import { StringDecoder } from 'node:string_decoder';

/** Collects bytes up to a limit; of more than that, the beginning and the end. */
export interface Capture {
  add(data: Buffer): void;
  readonly isTruncated: boolean;
  /** What it was given so far. */
  readonly bytes: number;
  /** As text, piece by piece: what is not UTF-8 is replaced, and a line says what was left out. */
  pieces(): Iterable<string>;
}

export function capture(limitBytes: number): Capture {
  const headLimit = Math.floor(limitBytes / 2);
  const tailLimit = limitBytes - headLimit;
  const head: Buffer[] = [];
  let headBytes = 0;
  let tail: Buffer[] = [];
  let tailBytes = 0;

  const addToTail = (data: Buffer) => {
    tail.push(data);
    tailBytes += data.length;
    // Joined in bulk, so that a byte is moved a few times only.
    if (tailBytes > 2 * tailLimit || tail.length > 4_096) {
      tail = [lastOf(Buffer.concat(tail), tailLimit)];
      tailBytes = tail[0]?.length ?? 0;
    }
  };
  const captured = {
    bytes: 0,
    isTruncated: false,
    add(data: Buffer): void {
      captured.bytes += data.length;
      captured.isTruncated = captured.bytes > limitBytes;
      const room = headLimit - headBytes;
      if (room > 0) {
        head.push(data.subarray(0, room));
        headBytes += Math.min(room, data.length);
      }
      if (data.length > room) addToTail(data.subarray(Math.max(0, room)));
    },
    *pieces(): Generator<string> {
      const first = Buffer.concat(head);
      const last = lastOf(Buffer.concat(tail), tailLimit);
      if (!captured.isTruncated) {
        yield* decoded([first, last]);
        return;
      }
      const [start, end] = [withoutBrokenEnd(first), withoutBrokenStart(last)];
      yield* decoded([start]);
      yield `\n[... ${captured.bytes - start.length - end.length} bytes truncated ...]\n`;
      yield* decoded([end]);
    },
  };
  return captured;
}

const PIECE_BYTES = 64 * 1024;

/** The whole text at once would be several times as large as its bytes, in a heap that is small. */
function* decoded(parts: readonly Buffer[]): Generator<string> {
  const decoder = new StringDecoder('utf8');
  for (const part of parts) {
    for (let at = 0; at < part.length; at += PIECE_BYTES) yield decoder.write(part.subarray(at, at + PIECE_BYTES));
  }
  yield decoder.end();
}

function lastOf(data: Buffer, bytes: number): Buffer {
  return data.length <= bytes ? data : Buffer.from(data.subarray(data.length - bytes));
}

const CONTINUATION = 0b10;

/** A character of UTF-8 has at most three bytes after its first. */
function withoutBrokenStart(data: Buffer): Buffer {
  let start = 0;
  while (start < 3 && (data[start] ?? 0) >> 6 === CONTINUATION) start += 1;
  return data.subarray(start);
}

function withoutBrokenEnd(data: Buffer): Buffer {
  let last = data.length - 1;
  while (last > data.length - 4 && (data[last] ?? 0) >> 6 === CONTINUATION) last -= 1;
  const first = data[last] ?? 0;
  const needed = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return data.length - last < needed ? data.subarray(0, last) : data;
}
