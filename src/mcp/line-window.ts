import { SandglassError } from '../sdk/index.ts';

const MOST_BYTES = 256 * 1024;

export interface LineWindow {
  readonly text: string;
  readonly firstLine: number;
  /** How many are in the text. */
  readonly lines: number;
  /** There is more after them. */
  readonly truncated: boolean;
}

/** Some lines of a text, which is read no further than that. Throws `unsupported` for what is no text. */
export async function lineWindow(
  bytes: ReadableStream<Uint8Array>,
  { firstLine, lines: most }: { readonly firstLine: number; readonly lines: number },
): Promise<LineWindow> {
  const reader = bytes.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const decoded = decodedText(decoder, value);
      for (const piece of decoded.split(/(?<=\n)/)) {
        if (piece === '') continue;
        if (line >= firstLine + most || text.length > MOST_BYTES) return windowOf(text, firstLine, true);
        if (line >= firstLine) text += piece;
        if (piece.endsWith('\n')) line += 1;
      }
      if (done) return windowOf(text, firstLine, false);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function windowOf(text: string, firstLine: number, isMore: boolean): LineWindow {
  const kept = text.slice(0, MOST_BYTES);
  const lines = kept.split('\n').length - (kept === '' || kept.endsWith('\n') ? 1 : 0);
  return { text: kept, firstLine, lines, truncated: isMore || kept.length < text.length };
}

function decodedText(decoder: InstanceType<typeof TextDecoder>, value: Uint8Array | undefined): string {
  try {
    const text = decoder.decode(value, { stream: value !== undefined });
    if (!text.includes('\u0000')) return text;
  } catch {
    // Told below, as what has a NUL in it.
  }
  throw new SandglassError('unsupported', 'The file is no text in UTF-8.', { hint: 'Fetch it with download.' });
}
