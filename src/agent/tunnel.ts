import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { refuseSocket } from './http/agent-server.ts';

const CONNECT_MS = 10_000;

/**
 * `CONNECT 127.0.0.1:PORT`: bytes to and from a port inside, for services that cannot reach the container's address.
 * 502 when nothing listens there. Nothing outside of the sandbox's own loopback is ever connected to.
 */
export function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const port = Number(/^127\.0\.0\.1:(\d{1,5})$/.exec(request.url ?? '')?.[1] ?? 0);
  if (port < 1 || port > 65_535) {
    refuseSocket(socket, 400);
    return;
  }
  const inner = connect({ host: '127.0.0.1', port, noDelay: true });
  inner.setTimeout(CONNECT_MS, () => inner.destroy());
  const fail = () => {
    refuseSocket(socket, 502);
    inner.destroy();
  };
  inner.once('error', fail);
  inner.once('connect', () => {
    inner.setTimeout(0);
    inner.off('error', fail);
    for (const [one, other] of [
      [inner, socket],
      [socket, inner],
    ] as const) {
      one.on('error', () => other.destroy());
      one.once('close', () => other.destroy());
    }
    socket.write('HTTP/1.1 200 Connected\r\n\r\n');
    if (head.length > 0) inner.write(head);
    inner.pipe(socket);
    socket.pipe(inner);
  });
}
