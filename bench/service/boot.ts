import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchService } from './bench-service.ts';
import { httpClient } from './http-client.ts';

const LOOK_MS = 2;
const DEADLINE_MS = 30_000;

/** Starts the service; milliseconds from the spawn of its process until /readyz answers 200. */
export async function boot(service: BenchService): Promise<number> {
  const port = await freePort();
  const probe = httpClient(`http://127.0.0.1:${port}`);
  try {
    const beganMs = performance.now();
    const started = service.start({ SANDGLASS_PORT: String(port) });
    const ready = until(async () => (await probe.send('GET', '/readyz')).status === 200, beganMs + DEADLINE_MS);
    await Promise.race([ready, started.then(() => ready)]);
    const ms = performance.now() - beganMs;
    await started;
    return ms;
  } finally {
    probe.close();
  }
}

async function until(isSo: () => Promise<boolean>, endMs: number): Promise<void> {
  while (performance.now() < endMs) {
    // Refused while its port is closed.
    if (await isSo().catch(() => false)) return;
    await sleep(LOOK_MS);
  }
  throw new Error(`the service was not ready within ${DEADLINE_MS} ms`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no free port'));
      });
    });
  });
}
