import { connect, type Socket } from 'node:net';

export interface Load {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly durationMs: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
  readonly errors: readonly string[];
}

const DEADLINE_MS = 10_000;

/**
 * The same GET over and over on each connection, the next when the answer is there. Written on bare sockets: a client
 * that costs more than the server measures itself. Every answer must be 200 and as long as the first one.
 */
export async function requestLoad({ url, path, headers, connections, durationMs }: Load): Promise<LoadResult> {
  const { hostname, port, host } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const asked = Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  const latencies: number[] = [];
  const errors: string[] = [];
  const beganMs = performance.now();
  const endMs = beganMs + durationMs;
  const one = async () => {
    try {
      await askOnAndOn(connect({ host: hostname, port: Number(port), noDelay: true }), asked, endMs, latencies);
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const seconds = (performance.now() - beganMs) / 1_000;
  return { requestsPerSecond: latencies.length / seconds, latencies, errors };
}

function askOnAndOn(socket: Socket, asked: Buffer, endMs: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let waiting: Buffer = Buffer.alloc(0);
    let askedMs = 0;
    const ask = () => {
      askedMs = performance.now();
      socket.write(asked);
    };
    const lastMs = endMs - performance.now() + DEADLINE_MS;
    const late = setTimeout(() => socket.destroy(new Error('an answer did not come')), lastMs);
    socket.once('connect', ask);
    socket.on('data', (chunk: Buffer) => {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      const bytes = answerBytes(waiting);
      if (bytes === undefined || waiting.length < bytes) return;
      const nowMs = performance.now();
      if (!waiting.subarray(0, 12).equals(OK) || waiting.length > bytes) {
        socket.destroy(new Error(`an answer was ${waiting.subarray(0, 100).toString('latin1')}`));
        return;
      }
      waiting = Buffer.alloc(0);
      latencies.push(nowMs - askedMs);
      if (nowMs < endMs) ask();
      else socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(late);
      if (performance.now() < endMs) reject(new Error('a connection was closed'));
      else resolve();
    });
  });
}

const OK = Buffer.from('HTTP/1.1 200', 'latin1');

/** Head and body together; undefined while the head is not whole. */
function answerBytes(data: Buffer): number | undefined {
  const end = data.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(data.subarray(0, end).toString('latin1'))?.[1];
  if (length === undefined) throw new Error('an answer told no length');
  return end + 4 + Number(length);
}
