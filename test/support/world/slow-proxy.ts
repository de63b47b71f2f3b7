import { connect, createServer, type Socket } from 'node:net';

export interface SlowProxy {
  readonly port: number;
  /** From now on every byte comes so much later, in both directions; 0 = at once. */
  delay(ms: number): void;
  /** Breaks every connection, and refuses new ones until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** A TCP proxy on loopback in front of a port of this machine: a network that is slow, or cut. */
export async function slowProxy(targetPort: number): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(targetPort, '127.0.0.1');
    carry(near, far, () => delayMs);
    carry(far, near, () => delayMs);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no TCP port');
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    delay(ms) {
      delayMs = ms;
    },
    cut() {
      isCut = true;
      breakAll();
    },
    mend() {
      isCut = false;
    },
    async close() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Bytes keep their order: each piece waits for its own time and for the pieces before it. */
function carry(from: Socket, to: Socket, delayMs: () => number): void {
  let before = Promise.resolve();
  from.on('data', (chunk) => {
    const atMs = performance.now() + delayMs();
    before = before.then(async () => {
      const leftMs = atMs - performance.now();
      if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
      if (to.writable) to.write(chunk);
    });
  });
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}
