import type { Duplex } from 'node:stream';

export interface Splice {
  readonly touch: () => void;
  /** Ends both at once. */
  readonly cut: AbortSignal;
  /** Called once, when both are closed or going to be. */
  readonly over: () => void;
}

/** Makes two connections one: bytes as they are, at the pace of the slower one. */
export function splice(one: Duplex, other: Duplex, { touch, cut, over }: Splice): void {
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    cut.removeEventListener('abort', end);
    one.destroy();
    other.destroy();
    over();
  };
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('data', touch);
    from.pipe(to);
    from.on('error', end);
    // What is still to be sent goes out before the end.
    from.once('close', () => (to.writableLength === 0 ? end() : to.once('drain', end)));
  }
  cut.addEventListener('abort', end, { once: true });
  if (cut.aborted) end();
}
