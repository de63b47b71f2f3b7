import { connect } from 'node:net';
import { Redis } from 'ioredis';

const PROBE_TIMEOUT_MS = 500;

/** Pid of the server that answers on the socket, by its own word; undefined when none answers within half a second. */
export async function answeringPid(socketPath: string): Promise<number | undefined> {
  const probe = new Redis({
    path: socketPath,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: PROBE_TIMEOUT_MS,
    socketTimeout: PROBE_TIMEOUT_MS,
    disconnectTimeout: 0,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    const pid = /process_id:(\d+)/.exec(await probe.info('server'))?.[1];
    return pid === undefined ? undefined : Number(pid);
  } catch {
    return undefined;
  } finally {
    probe.disconnect();
  }
}

/** Holds one idle connection to the socket and resolves when it ends, when there is none, or when aborted. */
export function connectionEnd(socketPath: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(socketPath).unref().resume();
    const abort = () => socket.destroy();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
