import { type IncomingMessage, type RequestOptions, request as requestPlain } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

// The types of Node.js and of the web tell one stream apart.
type WebStream = Parameters<typeof Readable.fromWeb>[0];
type Input = Parameters<typeof fetch>[0];

/** To these no body belongs (RFC 9110, 6.4.1), and `Response` takes none. */
const BODILESS = [204, 205, 304];

/**
 * `fetch` over node:http, as far as the client needs it; redirects are told and not followed. The global one compiles its
 * HTTP parser from WebAssembly at its first use: with Node.js 20 on 2 cores a process that fetches once takes 134 ms that
 * way and 60 ms this way (2026-11-24).
 */
export async function httpFetch(input: Input, init: RequestInit = {}): Promise<Response> {
  const url = new URL(typeof input === 'object' && 'url' in input ? input.url : input);
  const { method = 'GET', headers, body, signal } = init;
  const options = { method, headers: Object.fromEntries(new Headers(headers)), ...(signal ? { signal } : {}) };
  const message = await exchange(url, options, body ?? null);
  const { statusCode: status = 0 } = message;
  const isBodiless = method === 'HEAD' || BODILESS.includes(status);
  if (isBodiless) message.resume();
  const bytes = isBodiless ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>);
  return new Response(bytes, { status, headers: headersOf(message) });
}

async function exchange(url: URL, options: RequestOptions, body: RequestInit['body']): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? (await import('node:https')).request : requestPlain;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, resolve);
    // After the answer has come the body of the answer tells what goes wrong.
    outgoing.on('error', reject);
    if (body instanceof ReadableStream) pipeline(Readable.fromWeb(body as WebStream), outgoing).catch(reject);
    else if (typeof body === 'string' || body instanceof Uint8Array || body === null) outgoing.end(body ?? undefined);
    else throw new TypeError('The client sends texts, bytes and streams.');
  });
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
}
