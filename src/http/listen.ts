import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server';
import { SandboxError } from '../domain/errors.ts';
import { type Log, silentLog } from '../observe/logger.ts';
import { blockedPeers } from './blocked-peers.ts';
import { type Connections, trackConnections } from './connections.ts';
import { problemOf } from './error-response.ts';
import { type FirstLook, isWaiting, listenForSpecials } from './special-requests.ts';

export interface ListenOptions {
  readonly fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** CIDRs whose connections are closed before a byte of them is read. */
  readonly blockedSubnets: readonly string[];
  /** Looks at each request first; true = it has taken it. */
  readonly first?: FirstLook | undefined;
  /** Told of connections that could not be accepted. */
  readonly log?: Log;
}

export interface Listener {
  readonly port: number;
  /** Takes no more connections, ends event streams, and lets answers under way come to their end for `graceMs`. */
  close(graceMs: number): Promise<void>;
}

const TIMEOUTS = {
  headersTimeout: 20_000,
  // A body may be a stream of any length; JSON bodies are bounded by their size.
  requestTimeout: 0,
  // Longer than the idle time of usual load balancers (60 s), so that they close first.
  keepAliveTimeout: 75_000,
};
/** Tells of peers that are gone without a word. */
const KEEP_ALIVE_PROBES = { keepAlive: true, keepAliveInitialDelay: 60_000 };

/** Serves an app. Rejects when the address cannot be had. */
export async function listen({
  fetch,
  host,
  port,
  blockedSubnets,
  first,
  log = silentLog,
}: ListenOptions): Promise<Listener> {
  const streams = new Set<ServerResponse>();
  const isBlocked = blockedPeers(blockedSubnets);
  const app = requestListener(fetch, streams);
  const server = createServer({ ...TIMEOUTS, ...KEEP_ALIVE_PROBES, noDelay: true }, (request, response) => {
    if (first?.request(request, response) === true) return;
    if (isWaiting(request)) response.writeContinue();
    void app(request, response);
  });
  listenForSpecials(server, first);
  server.on('connection', (socket) => {
    if (isBlocked(socket)) socket.destroy();
  });
  const connections = trackConnections(server);
  server.on('clientError', refuseUnreadable);
  await opened(server, host, port).catch((cause: NodeJS.ErrnoException) => {
    throw new SandboxError('conflict', `${host}:${port} cannot be listened on (${cause.code ?? cause.message}).`, {
      hint: 'Stop the program that has it, or choose another with SANDGLASS_PORT or SANDGLASS_ADMIN_PORT.',
      cause,
    });
  });
  server.on('error', (error) =>
    log.error({ event: 'http.accept_failed', error: error.message }, 'no more connections'),
  );
  // What listen() found: never a pipe, never closed here.
  const address = server.address() as AddressInfo;
  return { port: address.port, close: (graceMs) => close(server, connections, streams, graceMs) };
}

function requestListener(fetch: ListenOptions['fetch'], streams: Set<ServerResponse>) {
  const answer = async (request: Request, env: HttpBindings) => {
    const response = await fetch(request, env);
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      streams.add(env.outgoing);
      env.outgoing.once('close', () => streams.delete(env.outgoing));
    }
    return response;
  };
  // HTTP/2 is never offered: the server is the plain one of node:http.
  const fetchCallback = (request: Request, env: unknown) => answer(request, env as HttpBindings);
  return getRequestListener(fetchCallback, { errorHandler: unreadableTarget });
}

/** A target or Host that makes no address never reaches the app. */
function unreadableTarget(error: unknown): Response {
  const known = error instanceof RequestError ? new SandboxError('invalid_request', `${error.message}.`) : error;
  const problem = problemOf(known, 'none');
  const headers = { 'content-type': 'application/problem+json' };
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** Bytes that are no HTTP: one answer where one can still be sent, then nothing more. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function opened(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(
  server: Server,
  connections: Connections,
  streams: Iterable<ServerResponse>,
  graceMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    for (const stream of streams) stream.end();
    connections.endIdle();
  });
}
