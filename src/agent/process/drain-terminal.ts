import { readSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import type { Tail } from './watch-tail.ts';

/** The agent's side of a terminal, as node-pty holds it. */
export interface Master {
  readonly socket: ReadStream;
  readonly fd: number;
}

export interface DrainDeps {
  readonly tail: Tail;
  /** Whether its readers cannot take more now. */
  readonly isHeld: () => boolean;
  readonly take: (data: Buffer) => void;
}

/** The kernel hands out less at a time (N_TTY_BUF_SIZE). */
const PIECE_BYTES = 4096;

/**
 * Lets the socket of a terminal be closed only when all that was written to it is taken, and not by others:
 *
 * - libuv takes a short read of a terminal whose other side has hung up for its end (uv__stream_io), while the kernel
 *   gives no more than 4095 bytes at a time: what a program writes before it ends at once is cut there.
 * - node-pty 1.1.0 destroys the socket 200 ms after the exit, read or not. That tells that the process has ended, where
 *   something else still holds the terminal open.
 *
 * The returned function is to be called when readers can take more again.
 */
export function drainTerminal({ socket, fd }: Master, { tail, isHeld, take }: DrainDeps): () => void {
  const destroy = socket.destroy.bind(socket);
  let isDraining = false;
  const close = () => void destroy();
  const drain = () => {
    while (isDraining && !isHeld()) {
      const data = readNow(fd);
      if (data !== undefined) take(data);
      else {
        isDraining = false;
        close();
      }
    }
  };
  socket.destroy = (error) => {
    if (error !== undefined) return destroy(error);
    if (!socket.readableEnded) tail.begin(close);
    else if (!isDraining && !socket.destroyed) {
      isDraining = true;
      drain();
    }
    return socket;
  };
  return () => {
    if (isDraining) setImmediate(drain);
  };
}

/** undefined: there is nothing (EAGAIN), and nobody who could write (EIO). */
function readNow(fd: number): Buffer | undefined {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  try {
    const length = readSync(fd, buffer);
    return length === 0 ? undefined : buffer.subarray(0, length);
  } catch {
    return undefined;
  }
}
