import type { Duplex } from 'node:stream';

export interface PumpWatch {
  readonly onBytes: () => void;
  readonly onBlocked: () => void;
  readonly onFlowing: () => void;
}

/** Bytes and the end of `from` go to `to`, at its pace. A break of `from` breaks `to`. */
export function pump(from: Duplex, to: Duplex, watch: PumpWatch): void {
  from.on('data', (chunk: Buffer) => {
    watch.onBytes();
    if (to.write(chunk)) return;
    watch.onBlocked();
    from.pause();
  });
  to.on('drain', () => {
    watch.onFlowing();
    from.resume();
  });
  from.once('end', () => to.end());
  from.on('error', () => to.destroy());
  from.once('close', () => {
    watch.onFlowing();
    // Both ways ended by themselves: what `to` still has to send, it sends.
    if (!from.readableEnded || !from.writableFinished) to.destroy();
  });
}
