import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { eventually } from './api.ts';
import type { ServiceProcess } from './service-process.ts';

/** Lets a process of Node be asked to collect its garbage. */
export const INSPECT = '--inspect=127.0.0.1:0';
/** The same for the service. */
export const INSPECTED = { NODE_OPTIONS: INSPECT } as const;

const ANSWER_MS = 10_000;

type Inspected = Pick<ServiceProcess, 'pid' | 'log'>;

/** Resident bytes of what was started with `INSPECT`, after a whole collection: what stays, not what waits for one. */
export async function collectedRssBytes(inspected: Inspected): Promise<number> {
  await collectGarbage(await debuggerUrl(inspected));
  const status = readFileSync(`/proc/${inspected.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

function debuggerUrl({ log }: Inspected): Promise<string> {
  return eventually('it names its debugger', async () =>
    log.map((line) => /Debugger listening on (ws:\S+)/.exec(line)?.[1]).find((url) => url !== undefined),
  );
}

function collectGarbage(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { handshakeTimeout: ANSWER_MS });
    const late = setTimeout(() => socket.terminate(), ANSWER_MS);
    let isDone = false;
    socket.on('open', () => socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })));
    socket.on('message', () => {
      isDone = true;
      socket.close();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(late);
      if (isDone) resolve();
      else reject(new Error('its garbage was not collected'));
    });
  });
}
