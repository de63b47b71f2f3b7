import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { KEY_PROTOCOL, TERMINAL_PROTOCOL, terminalQuerySchema } from '../contract/ticket.ts';
import { SandboxError } from '../domain/errors.ts';
import { invalidRequest } from '../domain/limits.ts';
import { authenticate } from '../operations/api-keys.ts';
import type { Caller } from '../operations/caller.ts';
import { openTerminal } from '../operations/open-terminal.ts';
import type { Tickets } from '../operations/tickets.ts';
import { useSandbox } from '../operations/use-sandbox.ts';
import { keyOf } from './authentication.ts';
import { errorHeaders, problemOf, shownError } from './error-response.ts';
import { fieldErrors } from './field-errors.ts';
import type { HttpDeps } from './http-deps.ts';
import { LOOKS_LIKE_A_KEY } from './request-target.ts';
import { splice } from './splice.ts';

const PATH = /^\/v1\/sandboxes\/([a-z0-9]{1,40})\/terminal(?:\?(.*))?$/;
const STALL_MS = 120_000;
const HANDSHAKE = ['sec-websocket-key', 'sec-websocket-version'] as const;

export type TerminalUpgradeDeps = Pick<HttpDeps, 'operations' | 'log' | 'closing'> & {
  readonly tickets: Tickets;
  /** As of the installation; 120 s when not given. */
  readonly stallMs?: number;
};

/** Takes connections that ask for a terminal over a WebSocket; false for all others, untouched. */
export function terminalUpgrade(deps: TerminalUpgradeDeps) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer): boolean => {
    const match = PATH.exec(request.url ?? '');
    if (match === null || request.method !== 'GET' || !/^websocket$/i.test(request.headers.upgrade ?? '')) return false;
    const [, id = '', query = ''] = match;
    socket.on('error', () => socket.destroy());
    serve(deps, { request, socket, head, id, query }).catch((error: unknown) => refuse(deps, socket, error));
    return true;
  };
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly id: string;
  readonly query: string;
}

async function serve(deps: TerminalUpgradeDeps, arrival: Arrival): Promise<void> {
  const { request, socket, head, id } = arrival;
  const { ticket, ...wish } = readQuery(arrival.query);
  const { caller, protocol } = await callerOf(deps, request, ticket);
  const gone = new AbortController();
  const leave = () => gone.abort(new Error('the caller left'));
  socket.once('close', leave);
  deps.closing?.addEventListener('abort', leave, { once: true });
  const use = await useSandbox(deps.operations, caller, id, {
    name: 'terminal',
    over: gone,
    isActivity: true,
  });
  const over = () => {
    use.close();
    deps.closing?.removeEventListener('abort', leave);
  };
  try {
    const { cols, rows, user, cwd } = wish;
    const handshake = handshakeOf(request);
    const inside = await openTerminal(deps.operations, use, { cols, rows, user, cwd, handshake });
    socket.write(switching(String(inside.headers['sec-websocket-accept']), protocol));
    if (inside.head.length > 0) socket.write(inside.head);
    if (head.length > 0) inside.socket.write(head);
    const { stallMs = STALL_MS } = deps;
    splice(socket, inside.socket, { touch: use.touch, cut: use.signal, over, stallMs });
  } catch (error) {
    over();
    throw error;
  }
}

function readQuery(query: string) {
  if (LOOKS_LIKE_A_KEY.test(query)) {
    throw new SandboxError('invalid_request', 'An API key does not belong into the address.', {
      hint: 'POST /v1/tickets makes a ticket for it; make a new key: this one may be in logs now.',
    });
  }
  const parameters = new URLSearchParams(query);
  const once = [...parameters.keys()].map((name): [string, unknown] => {
    const values = parameters.getAll(name);
    return [name, values.length === 1 ? values[0] : values];
  });
  const parsed = terminalQuerySchema.safeParse(Object.fromEntries(once));
  if (parsed.success) return parsed.data;
  throw invalidRequest(fieldErrors(parsed.error.issues, 'query'));
}

/** Who asks, by header, ticket or subprotocol, and the subprotocol to answer with: a client that offered some wants one. */
async function callerOf(
  { operations, tickets }: TerminalUpgradeDeps,
  { headers }: IncomingMessage,
  ticket: string | undefined,
): Promise<{ readonly caller: Caller; readonly protocol: string | undefined }> {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const ofKey = offered.find((one) => one.startsWith(KEY_PROTOCOL));
  const protocol = offered.includes(TERMINAL_PROTOCOL) ? TERMINAL_PROTOCOL : ofKey;
  if (ticket !== undefined) return { caller: await tickets.redeem(ticket), protocol };
  const key = keyOf(headers) ?? ofKey?.slice(KEY_PROTOCOL.length);
  return { caller: await authenticate(operations, key), protocol };
}

function handshakeOf({ headers }: IncomingMessage): Record<string, string> {
  const given = HANDSHAKE.map((name) => [name, String(headers[name] ?? '')]);
  return { upgrade: 'websocket', ...Object.fromEntries(given) };
}

function switching(accept: string, protocol: string | undefined): string {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];
  lines.push(`Sec-WebSocket-Accept: ${accept}`);
  if (protocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function refuse({ operations, log }: TerminalUpgradeDeps, socket: Duplex, error: unknown): void {
  if (socket.destroyed) return;
  const requestId = `req_${operations.ids.hex(8)}`;
  const problem = problemOf(error, requestId);
  const line = { event: 'terminal.refused', requestId, outcome: problem.code, error: String(error) };
  log[problem.code === 'internal' ? 'error' : 'info'](line, 'a terminal was refused');
  const body = JSON.stringify(problem);
  const headers = { 'Content-Type': 'application/problem+json', ...errorHeaders(shownError(error)) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}X-Request-Id: ${requestId}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
