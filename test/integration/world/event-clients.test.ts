import { connect, type Socket } from 'node:net';
import { it } from 'vitest';
import { listen } from '../../../src/http/listen.ts';
import { eventually } from '../../support/api.ts';
import { countedFeed } from '../../support/counted-feed.ts';
import { memoryService } from '../../support/memory-service.ts';

const CLIENTS = 100;
const LOOPBACK = '127.0.0.1';

it('47: 100 event streams whose clients are killed hard give their subscriptions back', async () => {
  const subscribed = { now: 0 };
  const count = (by: number) => {
    subscribed.now += by;
  };
  const service = await memoryService({ operations: ({ feed }) => ({ feed: countedFeed(feed, count) }) });
  const { app, log, admin } = service;
  const server = await listen({ fetch: app.fetch, host: LOOPBACK, port: 0, blockedSubnets: [], log });
  const { secret } = admin;
  try {
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => followEvents(server.port, secret)));
    await eventually('all listen', async () => subscribed.now === CLIENTS);
    for (const socket of sockets) socket.resetAndDestroy();
    await eventually('none listens', async () => subscribed.now === 0);
  } finally {
    await server.close(1_000);
    await service.close();
  }
});

/** A raw socket on the event stream, once its head has come. */
function followEvents(port: number, secret: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, LOOPBACK);
    socket.once('error', reject);
    socket.once('data', () => resolve(socket));
    socket.write(`GET /v1/events HTTP/1.1\r\nHost: ${LOOPBACK}:${port}\r\nX-API-Key: ${secret}\r\n\r\n`);
  });
}
