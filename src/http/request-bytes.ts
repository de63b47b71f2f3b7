import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

const WAITING_BYTES = 256 * 1024;

/**
 * The body of a request as a stream of its own, at its reader's pace. A reader that stops early leaves the connection of
 * the client as it is, so that the answer still reaches it: what comes on it is thrown away.
 */
export function requestBytes(incoming: IncomingMessage, touch: () => void): Readable {
  const body = new Readable({
    highWaterMark: WAITING_BYTES,
    read: () => void incoming.resume(),
    destroy(error, done) {
      incoming.off('data', take).off('end', end);
      incoming.resume();
      done(error);
    },
  });
  const take = (chunk: Buffer) => {
    touch();
    if (!body.push(chunk)) incoming.pause();
  };
  const end = () => void body.push(null);
  incoming.on('data', take).once('end', end);
  incoming.once('close', () => {
    if (!incoming.complete) body.destroy(new Error('the client left'));
  });
  body.on('error', () => undefined);
  incoming.pause();
  return body;
}
