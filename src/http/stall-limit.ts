import type { Exchange } from './use-exchange.ts';

const LIMIT_MS = 10_000;
const LOOK_MS = 1_000;

/** Cuts an answer whose reader takes nothing for 10 s: the engine does nothing to a container while it is read. */
export async function stallLimit({ outgoing }: Exchange, send: () => Promise<void>): Promise<void> {
  let sentBytes = -1;
  let stalledMs = 0;
  const timer = setInterval(() => {
    const now = outgoing.socket?.bytesWritten ?? 0;
    const isWaiting = outgoing.writableNeedDrain && now === sentBytes;
    stalledMs = isWaiting ? stalledMs + LOOK_MS : 0;
    sentBytes = now;
    if (stalledMs >= LIMIT_MS) outgoing.destroy();
  }, LOOK_MS);
  try {
    await send();
  } finally {
    clearInterval(timer);
  }
}
