import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';

/** What a proxy may do to a stream that spoils it: hold it until it is whole, or compress it, which gathers first. */
export type Spoiling = 'buffers' | 'compresses' | 'does nothing';

export interface SpoilingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** A proxy in front of the service that does not look at what the service says of its streams. */
export async function spoilingProxy(behind: string, how: Spoiling): Promise<SpoilingProxy> {
  const target = new URL(behind);
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/', rawHeaders } = request;
    const asked = ask({ hostname: target.hostname, port: target.port, method, path: url, headers: rawHeaders });
    asked.once('response', (answer) => pass(how, answer, response));
    asked.once('error', () => response.destroy());
    response.once('close', () => asked.destroy());
    request.pipe(asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pass(how: Spoiling, answer: IncomingMessage, response: ServerResponse): void {
  answer.once('error', () => response.destroy());
  const { 'content-length': length, ...headers } = answer.headers;
  const status = answer.statusCode ?? 502;
  if (how === 'compresses') {
    response.writeHead(status, { ...headers, 'content-encoding': 'gzip' });
    answer.pipe(createGzip()).pipe(response);
    return;
  }
  const head = { ...headers, ...(length === undefined ? {} : { 'content-length': length }) };
  if (how === 'does nothing') {
    response.writeHead(status, head);
    response.flushHeaders();
    answer.pipe(response);
    return;
  }
  const pieces: Buffer[] = [];
  answer.on('data', (piece: Buffer) => pieces.push(piece));
  answer.once('end', () => response.writeHead(status, head).end(Buffer.concat(pieces)));
}
