import { type ConnectionOptions, type ResolvedOptions, resolveOptions } from './connection-options.ts';
import { problemError } from './problem-error.ts';
import { retryDelayMs } from './retry.ts';
import { SandglassError } from './sandglass-error.ts';
import { type WebSocketLike, webSocketClass } from './web-socket.ts';

// As in contract/ticket.ts, whose schemas the client does without.
const KEY_PROTOCOL = 'sandglass.key.';
const TERMINAL_PROTOCOL = 'sandglass.terminal';

export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the address of the service; its variable parts are encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** True when doing it twice equals doing it once: only then is it sent again after its connection broke. */
  readonly isRepeatable: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Longest time without an answer, where it is not the connection's; null = as long as it takes. */
  readonly timeoutMs?: number | null;
}

/** A call with bytes in place of JSON, of any length. */
export interface BytesCall extends Omit<Call, 'body' | 'isRepeatable' | 'timeoutMs'> {
  readonly bytes?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
}

export interface Connection {
  readonly timeoutMs: number;
  /** The answer when it is a 2xx; throws a SandglassError for everything else, and the reason of an aborted signal. */
  ask(call: Call): Promise<Answer>;
  /** The answer as it begins, when it is a 2xx; its body is the caller's. Without a deadline; a stream is sent once. */
  open(call: BytesCall): Promise<Response>;
  /** A WebSocket that is being opened, with the key as a subprotocol: browsers send no headers with it. */
  openSocket(path: string, query: NonNullable<Call['query']>): WebSocketLike;
  /** Rejects with the signal's reason when it aborts meanwhile. */
  pause(delayMs: number, signal: AbortSignal | undefined): Promise<void>;
}

export function openConnection(options: ConnectionOptions = {}): Connection {
  const resolved = resolveOptions(options);
  return {
    timeoutMs: resolved.timeoutMs,
    pause: (delayMs, signal) => sleep(delayMs, anySignal(signal, resolved.signal)),
    openSocket: (path, query) => openSocket(resolved, path, query),
    open(call) {
      const signal = anySignal(call.signal, resolved.signal);
      if (call.bytes instanceof ReadableStream) return openOnce(resolved, call, signal);
      const isRepeatable = call.method === 'GET' || call.method === 'HEAD';
      return retried(() => openOnce(resolved, call, signal), isRepeatable, signal);
    },
    ask(call) {
      const signal = anySignal(call.signal, resolved.signal);
      return retried(() => askOnce(resolved, call, signal), call.isRepeatable, signal);
    },
  };
}

/** Again as long as that is safe, and may help. */
async function retried<T>(once: () => Promise<T>, isRepeatable: boolean, signal: AbortSignal | undefined): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof SandglassError)) throw error;
      const delayMs = retryDelayMs(error, attempt, isRepeatable);
      if (delayMs === undefined) throw error;
      await sleep(delayMs, signal);
    }
  }
}

async function askOnce(options: ResolvedOptions, call: Call, signal: AbortSignal | undefined): Promise<Answer> {
  const timeoutMs = call.timeoutMs === undefined ? options.timeoutMs : call.timeoutMs;
  const deadline = timeoutMs === null ? undefined : AbortSignal.timeout(timeoutMs);
  try {
    const response = await options.fetch(addressOf(options.url, call), {
      method: call.method,
      headers: headersOf(options, call),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: anySignal(signal, deadline) ?? null,
    });
    const text = await response.text();
    if (!response.ok) throw problemError(response, text);
    return { status: response.status, body: text === '' ? undefined : parseJson(response, text) };
  } catch (cause) {
    if (cause instanceof SandglassError) throw cause;
    if (deadline?.aborted) {
      const message = `The service at ${options.url} did not answer within ${timeoutMs} ms.`;
      throw new SandglassError('timeout', message, { hint: 'What was asked for may still happen.', cause });
    }
    throw unreachable(options, cause);
  }
}

async function openOnce(options: ResolvedOptions, call: BytesCall, signal: AbortSignal | undefined): Promise<Response> {
  const { bytes } = call;
  try {
    const response = await options.fetch(addressOf(options.url, call), {
      method: call.method,
      headers: { ...headersOf(options, { ...call, isRepeatable: false }), ...call.headers },
      // Streams are sent as they are read: `duplex` is what fetch asks for then.
      ...(bytes === undefined ? {} : { body: bytes, ...(bytes instanceof ReadableStream ? { duplex: 'half' } : {}) }),
      signal: signal ?? null,
    });
    if (!response.ok) throw problemError(response, await response.text());
    return response;
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof SandglassError ? cause : unreachable(options, cause);
  }
}

function openSocket({ url, apiKey, webSocket }: ResolvedOptions, path: string, query: NonNullable<Call['query']>) {
  const address = addressOf(url, { path, query }).replace(/^http/, 'ws');
  const key = apiKey === undefined ? [] : [`${KEY_PROTOCOL}${apiKey}`];
  const socket = new (webSocketClass(webSocket))(address, [TERMINAL_PROTOCOL, ...key]);
  socket.binaryType = 'arraybuffer';
  return socket;
}

function unreachable({ url }: ResolvedOptions, cause: unknown): SandglassError {
  const hint = 'Is it running (npm start), and is SANDGLASS_URL right?';
  const message = `No answer from ${url}: the connection could not be made, or it broke.`;
  return new SandglassError('unreachable', message, { hint, cause });
}

function addressOf(url: string, { path, query = {} }: Pick<Call, 'path' | 'query'>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  return `${url}${path}${parameters.size > 0 ? `?${parameters}` : ''}`;
}

function headersOf({ apiKey }: ResolvedOptions, call: Call): Readonly<Record<string, string>> {
  return {
    accept: 'application/json',
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
    ...call.headers,
  };
}

function parseJson(response: Response, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw problemError(response, text);
  }
}

function anySignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other);
}

function sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, delayMs);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}
