import type { Duplex } from 'node:stream';
import { watchStall } from './stall-limit.ts';

export interface Splice {
  readonly touch: () => void;
  /** Ends both at once. */
  readonly cut: AbortSignal;
  /** Called once, when both are closed or going to be. */
  readonly over: () => void;
  /** Longest time that bytes wait for a client who takes none. What is frozen inside may wait longer. */
  readonly stallMs: number;
}

/** Makes two connections one: bytes as they are, at the pace of the slower one. */
export function splice(client: Duplex, inside: Duplex, { touch, cut, over, stallMs }: Splice): void {
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    release();
    cut.removeEventListener('abort', end);
    client.destroy();
    inside.destroy();
    over();
  };
  const release = watchStall(inside, client, { limitMs: stallMs, stalled: end });
  for (const [from, to] of [
    [client, inside],
    [inside, client],
  ] as const) {
    from.on('data', touch);
    from.pipe(to);
    from.on('error', end);
    // What is still to be sent goes out before the end.
    from.once('close', () => to.end(() => end()));
  }
  cut.addEventListener('abort', end, { once: true });
  if (cut.aborted) end();
}
