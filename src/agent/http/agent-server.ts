import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { agentHeaders } from '../../contract/agent.ts';
import { AgentError, agentErrorOf } from '../agent-error.ts';
import type { Session } from '../session.ts';
import { type AgentRoute, sendError } from './agent-call.ts';

/** What asks for another protocol than HTTP: a terminal, the service's own line. */
export interface AgentUpgrade {
  readonly path: string;
  /** `token`: the sandbox's access token. `own`: it looks itself. */
  readonly access: 'token' | 'own';
  readonly take: (request: IncomingMessage, socket: Duplex, head: Buffer, query: URLSearchParams) => void;
}

export interface AgentServerDeps {
  readonly session: Session;
  readonly routes: readonly AgentRoute[];
  readonly upgrades: readonly AgentUpgrade[];
  /** CONNECT host:port, for ports that the service cannot reach by address. */
  readonly connect: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

const UNAUTHORIZED = 'unauthorized access, please provide a valid access token or method signing if supported';

/** The agent's one port. Every path but those that look themselves needs the access token. */
export function agentServer(deps: AgentServerDeps): Server {
  // Streams live as long as they like: only heads are bounded.
  const server = createServer({ requestTimeout: 0, headersTimeout: 20_000, keepAliveTimeout: 75_000 });
  server.on('request', (request, response) => void answer(deps, request, response));
  server.on('upgrade', (request, socket, head) => upgrade(deps, request, socket, head));
  server.on('connect', (request, socket, head) => {
    if (hasToken(deps.session, request)) deps.connect(request, socket, head);
    else refuseSocket(socket, 401);
  });
  return server;
}

async function answer(deps: AgentServerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { path, query } = targetOf(request);
    const route = deps.routes.find((one) => (one.path.endsWith('/') ? path.startsWith(one.path) : path === one.path));
    const isAllowed = route?.access === 'own' || hasToken(deps.session, request);
    if (!isAllowed) throw new AgentError('unauthenticated', UNAUTHORIZED);
    if (route === undefined) throw new AgentError('not_found', `There is nothing at ${path.slice(0, 200)}.`);
    if (!route.methods.includes(request.method ?? '')) {
      throw new AgentError('unimplemented', `${path} does not know ${request.method}.`, { status: 405 });
    }
    await route.answer({ request, response, path, query });
  } catch (error) {
    sendError(response, agentErrorOf(error));
  }
}

function upgrade(deps: AgentServerDeps, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { path, query } = targetOf(request);
  const target = deps.upgrades.find((one) => one.path === path);
  if (target?.access !== 'own' && !hasToken(deps.session, request)) refuseSocket(socket, 401);
  else if (target === undefined) refuseSocket(socket, 404);
  else target.take(request, socket, head, query);
}

function targetOf(request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  if (mark === -1) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

function hasToken(session: Session, request: IncomingMessage): boolean {
  const token = request.headers[agentHeaders.accessToken];
  return typeof token === 'string' && session.isAccessToken(token);
}

/** Says no to a socket that left HTTP. */
export function refuseSocket(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
