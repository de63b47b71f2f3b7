import { connect } from 'node:net';

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
}

const LONGEST_ANSWER = 1024 * 1024;

/**
 * One POST of JSON to an agent that was never called before, over a connection of its own. Every claim makes one: a client
 * of HTTP that keeps connections takes twice the time for its first request (360-600 µs of CPU against 200, 2026-11-24).
 * Rejects when there is no whole answer in time, and with the signal's reason when it aborts.
 */
export function postOnce(post: Post, { withinMs, signal }: PostOptions): Promise<PostAnswer> {
  const at = post.endpoint.lastIndexOf(':');
  const [host, port] = [post.endpoint.slice(0, at), Number(post.endpoint.slice(at + 1))];
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const socket = connect({ host, port, noDelay: true });
    const cut = () => socket.destroy(signal?.reason);
    const late = setTimeout(() => socket.destroy(new Error(`no answer within ${withinMs} ms`)), withinMs);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      text += piece;
      const answer = answerIn(text);
      if (answer !== undefined) resolve(answer);
      if (answer !== undefined || text.length > LONGEST_ANSWER) socket.destroy();
    });
    socket.once('error', reject);
    socket.once('end', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(late);
      signal?.removeEventListener('abort', cut);
      // Nothing happens where it was answered.
      reject(new Error('the connection ended without a whole answer'));
    });
    signal?.addEventListener('abort', cut, { once: true });
    socket.write(requestText(post));
  });
}

function requestText({ endpoint, path, headers, body }: Post): string {
  const text = JSON.stringify(body);
  const lines = Object.entries({
    host: endpoint,
    connection: 'close',
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
