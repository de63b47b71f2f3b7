import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** What sees requests, and connections that ask for another protocol, before the app does. */
export interface FirstLook {
  /** True = it has taken it. One that waits for `100 Continue` is told by whoever takes it. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

const NOT_PASSED_ON = new Set(['upgrade', 'http2-settings']);

/** Takes what node:http tells by other events than `request`: requests that wait, upgrades, tunnels. */
export function listenForSpecials(server: Server, first: FirstLook | undefined): void {
  server.on('checkContinue', (request, response) => void server.emit('request', request, response));
  server.on('upgrade', (request, socket, head) => {
    if (first?.upgrade(request, socket, head) !== true) ignoreUpgrade(server, request, { socket, head });
  });
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}

/** Whether the client sends its body only when it is told to. */
export function isWaiting({ headers, httpVersionMinor }: IncomingMessage): boolean {
  return httpVersionMinor > 0 && /100-continue/i.test(headers.expect ?? '');
}

/** A server may pay no heed to Upgrade (RFC 9110, 7.8): the request is read once more, without it. */
function ignoreUpgrade(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!NOT_PASSED_ON.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[i + 1]}`);
  }
  const again = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.unshift(head.length === 0 ? again : Buffer.concat([again, head]));
  server.emit('connection', socket);
}
