import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

export interface BodyWatch {
  readonly onBytes: () => void;
  /** The inside takes nothing while more is waiting. */
  readonly onBlocked: () => void;
  readonly onFlowing: () => void;
}

/**
 * The body of a request as a stream of its own, at the pace of its reader; null when there is none. Its end or its
 * destruction leaves the client's connection as it is, so that an early answer still reaches the client.
 */
export function inwardBody(request: IncomingMessage, watch: BodyWatch): Readable | null {
  if (!hasBody(request)) return null;
  const body = new Readable({
    read() {
      watch.onFlowing();
      request.resume();
    },
    destroy(error, done) {
      request.off('data', onData);
      request.off('end', onEnd);
      watch.onFlowing();
      // What still comes is thrown away.
      request.resume();
      done(error);
    },
  });
  const onData = (chunk: Buffer) => {
    watch.onBytes();
    if (body.push(chunk)) return;
    watch.onBlocked();
    request.pause();
  };
  const onEnd = () => body.push(null);
  request.on('data', onData);
  request.once('end', onEnd);
  request.once('close', () => {
    if (!request.complete) body.destroy(new Error('the client left'));
  });
  request.pause();
  return body;
}

export function hasBody({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length === 14 && name.toLowerCase() === 'content-length') return Number(rawHeaders[i + 1]) > 0;
    if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') return true;
  }
  return false;
}
