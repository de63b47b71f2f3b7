/** Of each output as much as the service keeps. */
const LIMIT_BYTES = 10 * 1024 * 1024;

/** Collects an output: of more than 10 MiB, its beginning and its end. */
export interface OutputText {
  add(data: Uint8Array): void;
  isTruncated(): boolean;
  /** What is not UTF-8 is replaced; a line says how much was left out. */
  text(): string;
}

export function outputText(limitBytes = LIMIT_BYTES): OutputText {
  const headLimit = Math.floor(limitBytes / 2);
  const tailLimit = limitBytes - headLimit;
  const head: Uint8Array[] = [];
  let headBytes = 0;
  let tail: Uint8Array[] = [];
  let tailBytes = 0;
  let total = 0;
  return {
    add(data) {
      total += data.length;
      const start = data.subarray(0, headLimit - headBytes);
      if (start.length > 0) head.push(start);
      headBytes += start.length;
      if (start.length === data.length) return;
      tail.push(data.subarray(start.length));
      tailBytes += data.length - start.length;
      // Joined in bulk, so that a byte is moved a few times only.
      if (tailBytes <= 2 * tailLimit) return;
      tail = [joined(tail).slice(-tailLimit)];
      tailBytes = tailLimit;
    },
    isTruncated: () => total > limitBytes,
    text() {
      if (total <= limitBytes) return decoded(joined([...head, ...tail]));
      const first = joined(head);
      const last = joined(tail).slice(-tailLimit);
      const left = total - first.length - last.length;
      return `${decoded(first)}\n[... ${left} bytes truncated ...]\n${decoded(last)}`;
    },
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** With its byte order mark, where it has one. */
function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
