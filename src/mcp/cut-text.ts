export interface CutText {
  readonly text: string;
  readonly isCut: boolean;
}

/** A text of at most so many bytes: of a longer one its beginning and its end, and in between how much is missing. */
export function cutText(text: string, limitBytes: number): CutText {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= limitBytes) return { text, isCut: false };
  const half = Math.floor(limitBytes / 2);
  const [head, tail] = [bytes.subarray(0, half), bytes.subarray(bytes.length - half)];
  const left = bytes.length - 2 * half;
  // What is half a letter at a cut becomes a replacement character.
  const decoder = new TextDecoder();
  return { text: `${decoder.decode(head)}\n[... ${left} bytes truncated ...]\n${decoder.decode(tail)}`, isCut: true };
}
