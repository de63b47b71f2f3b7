import { Agent, type Dispatcher, Headers, type RequestInit, type Response, fetch as undiciFetch } from 'undici';
import type { Heard } from './heard.ts';
import { heard } from './heard.ts';

/** How a request says which sandbox it is for. */
export type Routing = 'header' | 'host' | 'path';
export const routings: readonly Routing[] = ['header', 'host', 'path'];

export interface Destination {
  /** Origin of the service, or of what stands in front of it. */
  readonly url: string;
  readonly sandboxId: string;
  readonly accessToken: string;
  /** Under which domain the host form is; `localhost` unless told. */
  readonly domain?: string;
  /** What finds those names, and knows who signed for them. */
  readonly dispatcher?: Dispatcher;
}

/** Requests into one sandbox, said in one of the three ways. */
export interface Wire {
  /** A request to a port inside; the agent's, with its token, unless another is given. */
  fetch(path: string, request?: RequestInit & { readonly port?: number }): Promise<Response>;
  /** A unary Connect call in JSON: status and body. */
  unary(method: string, message: object): Promise<{ readonly status: number; readonly body: unknown }>;
  /** A server stream, from its envelopes; resolves with its head. */
  stream(method: string, message: object, headers?: Readonly<Record<string, string>>): Promise<WireStream>;
}

export interface WireStream {
  readonly headers: Response['headers'];
  /** All messages as they come, the end frame's as `{ endStream }`. */
  readonly messages: Heard<Message>;
  /** Goes away, as a client that dies; resolves when no more is read. */
  leave(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests assert on it, a wrong shape fails there.
export type Message = any;

const AGENT_PORT = 49983;
/** Names below localhost are this machine (RFC 6761), which not every resolver knows. */
const loopback = new Agent({
  connect: { lookup: (_name, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]) },
});

/** A plain GET, that finds names below localhost. */
export function fetchByName(url: string): Promise<Response> {
  return undiciFetch(url, { dispatcher: loopback });
}

export function wire(routing: Routing, destination: Destination): Wire {
  const { url, sandboxId, accessToken, domain = 'localhost', dispatcher = loopback } = destination;
  const base = new URL(url);
  const place = (path: string, port: number) => {
    if (routing === 'path') return new URL(`${base.origin}/sandbox/${sandboxId}/${port}${path}`);
    if (routing === 'header') return new URL(path, base);
    return new URL(path, `${base.protocol}//${port}-${sandboxId}.${domain}:${base.port}`);
  };
  const send: Wire['fetch'] = (path, { port = AGENT_PORT, headers = {}, ...request } = {}) => {
    const named = { 'e2b-sandbox-id': sandboxId, 'e2b-sandbox-port': `${port}` };
    return undiciFetch(place(path, port), {
      ...request,
      dispatcher,
      headers: {
        ...(routing === 'header' ? named : {}),
        ...(port === AGENT_PORT ? { 'x-access-token': accessToken } : {}),
        ...Object.fromEntries(new Headers(headers)),
      },
    });
  };
  return {
    fetch: send,
    async unary(method, message) {
      const answer = await send(`/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'connect-protocol-version': '1' },
        body: JSON.stringify(message),
      });
      return { status: answer.status, body: await answer.json() };
    },
    stream: (method, message, headers) => openStream(send, method, message, headers),
  };
}

async function openStream(send: Wire['fetch'], method: string, message: object, headers = {}): Promise<WireStream> {
  const controller = new AbortController();
  const answer = await send(`/${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/connect+json',
      'connect-protocol-version': '1',
      'accept-encoding': 'gzip, deflate',
      'keepalive-ping-interval': '50',
      ...headers,
    },
    body: envelope(message),
    signal: controller.signal,
  });
  if (answer.status !== 200 || answer.body === null) {
    throw new Error(`${method} answered ${answer.status}: ${await answer.text()}`);
  }
  const messages = heard<Message>();
  const read = readEnvelopes(answer.body, messages.hear).catch((error: unknown) => {
    messages.hear({ cut: String(error) });
  });
  return {
    headers: answer.headers,
    messages,
    async leave() {
      controller.abort();
      await read;
    },
  };
}

function envelope(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

async function readEnvelopes(body: AsyncIterable<Uint8Array>, hear: (message: Message) => void): Promise<void> {
  let waiting = Buffer.alloc(0);
  for await (const piece of body) {
    waiting = Buffer.concat([waiting, piece]);
    while (waiting.length >= 5 && waiting.length >= 5 + waiting.readUInt32BE(1)) {
      const end = 5 + waiting.readUInt32BE(1);
      const message: unknown = JSON.parse(waiting.subarray(5, end).toString('utf8'));
      hear(((waiting[0] ?? 0) & 0x02) === 0 ? message : { endStream: message });
      waiting = waiting.subarray(end);
    }
  }
}
