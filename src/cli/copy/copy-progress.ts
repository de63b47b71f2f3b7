import type { Output } from '../output.ts';
import { sizeWords } from '../size-words.ts';

export interface CopyProgress {
  /** Passes the bytes on, and counts them. */
  counted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void>;
  /** So far. */
  bytes(): number;
}

const BAR_CELLS = 24;
const REDRAW_MS = 100;

/** A bar on a terminal: bytes of `totalBytes`, where that is known, and how many come in a second. */
export function copyProgress(output: Output, totalBytes: number | undefined): CopyProgress {
  const beganMs = performance.now();
  let bytes = 0;
  let drawnMs = 0;
  const draw = () => {
    const nowMs = performance.now();
    if (nowMs - drawnMs < REDRAW_MS) return;
    drawnMs = nowMs;
    const perSecond = `${sizeWords((bytes * 1_000) / Math.max(1, nowMs - beganMs))}/s`;
    output.status(`${partWords(bytes, totalBytes)}  ${perSecond}`);
  };
  return {
    bytes: () => bytes,
    async *counted(source) {
      for await (const chunk of source) {
        bytes += chunk.length;
        draw();
        yield chunk;
      }
    },
  };
}

function partWords(bytes: number, totalBytes: number | undefined): string {
  if (totalBytes === undefined || totalBytes === 0) return sizeWords(bytes);
  const share = Math.min(1, bytes / totalBytes);
  const full = Math.round(share * BAR_CELLS);
  const bar = '#'.repeat(full) + '.'.repeat(BAR_CELLS - full);
  return `[${bar}] ${Math.round(share * 100)} %  ${sizeWords(bytes)} of ${sizeWords(totalBytes)}`;
}
