import { connect } from 'node:net';

const CONNECT_MS = 1_000;

/**
 * Whether somebody listens there: rejects when nobody does. A refused request of undici holds on to what it allocated
 * until its connect timer is over; while agents came up that was 1 MB of garbage for each start (2026-11-24).
 */
export function connectOnce(endpoint: string): Promise<void> {
  const at = endpoint.lastIndexOf(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: endpoint.slice(0, at), port: Number(endpoint.slice(at + 1)) });
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no connection in time')));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
