import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HttpBindings } from '@hono/node-server';
import { SandboxError } from '../domain/errors.ts';
import type { Http, HttpContext } from './http-deps.ts';
import { watchStall } from './stall-limit.ts';

/**
 * A request and its answer as node's own streams. Web streams of Node 20 carry some 300 MB/s on a core of their own; bytes
 * of sandboxes pass beside them.
 */
export interface Exchange {
  readonly c: HttpContext;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** Whether `c.res` has headers for pages of other origins; it is slow to look. */
  readonly hasOrigins: boolean;
  /** Aborts when the caller has gone; for endless streams also when the service ends. Whoever answers may abort it too. */
  readonly over: AbortController;
  /** Its signal. */
  readonly leaving: AbortSignal;
  /** Longest time that bytes wait for a reader who takes none. */
  readonly stallMs: number;
}

export interface ExchangeOptions {
  /** A stream without an end of its own: it does not hold up a shutdown. */
  readonly isEndless: boolean;
  /** What the installation says when not given. */
  readonly stallMs?: number;
}

const ALREADY_SENT = 'x-hono-already-sent';
/** Nginx's number for a caller who left before the answer: for the log alone. */
const LEFT = 499;
const STALL_MS = 120_000;

/** Lets `answer` write to the connection itself; what it throws before it wrote anything is answered as ever. */
export async function exchange(
  http: Http,
  c: HttpContext,
  { isEndless, stallMs = http.deps.config.stallMs ?? STALL_MS }: ExchangeOptions,
  answer: (exchange: Exchange) => Promise<void>,
): Promise<Response> {
  const { incoming, outgoing } = bindings(c);
  const over = new AbortController();
  const leave = () => over.abort(new Error('the caller left'));
  outgoing.once('close', leave);
  const { closing } = http.deps;
  const end = () => over.abort(new Error('the service ends'));
  if (isEndless) closing?.addEventListener('abort', end, { once: true });
  try {
    const hasOrigins = http.deps.config.corsOrigins.length > 0;
    await answer({ c, incoming, outgoing, hasOrigins, stallMs, over, leaving: over.signal });
    return alreadySent(outgoing.statusCode);
  } catch (error) {
    if (outgoing.destroyed) return alreadySent(LEFT);
    if (!outgoing.headersSent) throw error;
    c.get('facts').failure = error;
    outgoing.destroy();
    return alreadySent(outgoing.statusCode);
  } finally {
    outgoing.off('close', leave);
    closing?.removeEventListener('abort', end);
  }
}

function bindings(c: HttpContext): HttpBindings {
  const env: unknown = c.env;
  if (typeof env === 'object' && env !== null && 'outgoing' in env) return env as HttpBindings; // listen() gives both
  throw new SandboxError('internal', 'There is no connection to answer on.');
}

/** What tells the listener to write nothing. */
function alreadySent(status: number): Response {
  const response = new Response(null, { status: Math.max(status, 200), headers: { [ALREADY_SENT]: 'true' } });
  // The listener looks for the header only in answers that it does not know by heart, and asking for the body makes it one.
  void response.body;
  return response;
}

/** The head of an answer, with what all of our answers say. */
export function sendHead(
  { c, outgoing, hasOrigins }: Exchange,
  status: number,
  headers: Readonly<Record<string, string | number>>,
): void {
  const set = hasOrigins ? c.res.headers : [];
  for (const [name, value] of set) if (name !== 'content-type') outgoing.setHeader(name, value);
  outgoing.writeHead(status, {
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cache-Control': 'no-store',
    'X-Request-Id': c.get('facts').requestId,
    ...headers,
  });
}

/** For answers that must arrive as they are written, through proxies with their defaults too. */
export const UNBUFFERED = { 'X-Accel-Buffering': 'no', 'Cache-Control': 'no-store, no-transform' };

/** The same for what comes when it comes: the head goes out at once. */
export function sendLines(open: Exchange, lines: AsyncIterable<Buffer>): Promise<void> {
  open.outgoing.flushHeaders();
  return sendBody(open, lines);
}

/** Sends a body at the reader's pace, to its end; cuts the connection of one that stalls. */
export async function sendBody(
  { outgoing, c, stallMs }: Exchange,
  body: Readable | AsyncIterable<Buffer>,
  touch: () => void = () => undefined,
): Promise<void> {
  if (c.req.method === 'HEAD') {
    if (body instanceof Readable) body.resume();
    outgoing.end();
    return;
  }
  const source = body instanceof Readable ? body : Readable.from(body, { objectMode: false, highWaterMark: 64 * 1024 });
  source.on('data', touch);
  const stalled = () => void outgoing.destroy();
  const release = watchStall(source, outgoing, { limitMs: stallMs, stalled });
  await pipeline(source, outgoing).finally(release);
}
