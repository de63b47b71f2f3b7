import { connect, type Socket } from 'node:net';

export interface Post {
  /** host:port */
  readonly endpoint: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

export interface PostAnswer {
  readonly status: number;
  /** Parsed; undefined when it is no JSON. */
  readonly body: unknown;
}

export interface PostOptions {
  readonly withinMs: number;
  readonly signal?: AbortSignal | undefined;
  /** A connection to the endpoint that nobody else uses; one is made where there is none. Closed when the call fails. */
  readonly socket?: Socket | undefined;
  /** Takes the connection over after a whole answer; without it the connection is closed. */
  readonly keep?: ((socket: Socket) => void) | undefined;
}

const LONGEST_ANSWER = 1024 * 1024;

/**
 * One POST of JSON to an agent, over a connection for this call alone. Every claim makes one: a client of HTTP that pools
 * connections takes twice the time for its first request (360-600 µs of CPU against 200, 2026-11-24). Rejects when there
 * is no whole answer in time, and with the signal's reason when it aborts.
 */
export function postJson(post: Post, { withinMs, signal, socket: kept, keep }: PostOptions): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const socket = kept ?? connectTo(post.endpoint);
    const cut = () => socket.destroy(signal?.reason);
    const late = setTimeout(() => socket.destroy(new Error(`no answer within ${withinMs} ms`)), withinMs);
    let text = '';
    const take = (piece: string) => {
      text += piece;
      const answer = answerIn(text);
      if (answer === undefined && text.length <= LONGEST_ANSWER) return;
      if (answer === undefined || keep === undefined) socket.destroy();
      if (answer === undefined) return;
      resolve(answer);
      if (keep === undefined) return;
      letGo();
      keep(socket);
    };
    const end = () => socket.destroy();
    const closed = () => {
      letGo();
      // Nothing happens where it was answered.
      reject(new Error('the connection ended without a whole answer'));
    };
    const letGo = () => {
      clearTimeout(late);
      signal?.removeEventListener('abort', cut);
      socket.off('data', take).off('error', reject).off('end', end).off('close', closed);
    };
    socket.setEncoding('utf8');
    socket.on('data', take).on('error', reject).on('end', end).on('close', closed);
    signal?.addEventListener('abort', cut, { once: true });
    socket.write(requestText(post, keep === undefined ? 'close' : 'keep-alive'));
  });
}

function connectTo(endpoint: string): Socket {
  const at = endpoint.lastIndexOf(':');
  return connect({ host: endpoint.slice(0, at), port: Number(endpoint.slice(at + 1)), noDelay: true });
}

function requestText({ endpoint, path, headers, body }: Post, connection: 'close' | 'keep-alive'): string {
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...{ host: endpoint, connection },
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}`;
}

/** undefined while there is no whole one: agents answer with a length. */
function answerIn(text: string): PostAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text.slice(0, end + 2))?.[1];
  const body = text.slice(end + 4);
  if (end < 0 || status === undefined || Buffer.byteLength(body) !== Number(length)) return undefined;
  return { status: Number(status), body: parsed(body) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
