import type { Readable, Writable } from 'node:stream';

const LOOK_MS = 1_000;

export interface Stall {
  readonly limitMs: number;
  /** Called once. */
  readonly stalled: () => void;
}

/**
 * Watches what flows from one to the other for a reader that takes nothing for `limitMs` though bytes wait for it; one
 * that is merely quiet never stalls. Call what it answers when the flow is over.
 */
export function watchStall(
  from: Readable,
  to: Pick<Writable, 'writableLength'>,
  { limitMs, stalled }: Stall,
): () => void {
  const lookMs = Math.min(LOOK_MS, limitMs / 4);
  let hasFlowed = false;
  let stalledMs = 0;
  const flow = () => {
    hasFlowed = true;
  };
  const timer = setInterval(() => {
    stalledMs = to.writableLength > 0 && !hasFlowed ? stalledMs + lookMs : 0;
    hasFlowed = false;
    if (stalledMs < limitMs) return;
    release();
    stalled();
  }, lookMs);
  const release = () => {
    clearInterval(timer);
    from.off('data', flow);
  };
  from.on('data', flow);
  return release;
}
