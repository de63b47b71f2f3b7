import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  /** Ends every connection without a request under way, and each other one when its last answer is out. */
  endIdle(): void;
}

/**
 * Which connections are idle. Node's closeIdleConnections() looks once, and passes over connections that never carried a
 * request, such as clients open ahead of need: either would hold up a shutdown (tried on Node 20.20).
 */
export function trackConnections(server: Server): Connections {
  const underWay = new Map<Socket, number>();
  let isEnding = false;
  server.on('connection', (socket) => {
    underWay.set(socket, 0);
    socket.once('close', () => underWay.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (underWay.get(socket) ?? 1) - 1;
      if (!socket.destroyed) underWay.set(socket, left);
      if (isEnding && left === 0) socket.end();
    });
  });
  return {
    endIdle() {
      isEnding = true;
      for (const [socket, requests] of underWay) if (requests === 0) socket.end();
    },
  };
}
