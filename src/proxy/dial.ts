import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { errorMessage } from '../domain/errors.ts';
import { AGENT_PORT } from '../ports/agent-client.ts';
import type { Clock } from '../ports/clock.ts';
import type { Tokens } from '../ports/tokens.ts';
import type { Route } from './route.ts';

export type DialFailure = 'port_closed' | 'upstream_failed' | 'connect_timeout';

/** Why a port inside could not be connected to. */
export class DialError extends Error {
  readonly failure: DialFailure;

  constructor(failure: DialFailure, cause: unknown) {
    super(`${failure}: ${errorMessage(cause)}`, { cause });
    this.name = 'DialError';
    this.failure = failure;
  }
}

/** A connection to a port inside. Rejects with a DialError, after 10 s at the latest. */
export type Dial = (route: Route, port: number) => Promise<Socket>;

export interface DialDeps {
  readonly clock: Clock;
  readonly tokens: Pick<Tokens, 'accessToken'>;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

const CONNECT_MS = 10_000;
const REFUSED = ['ECONNREFUSED', 'ECONNRESET'];

/** Straight to the sandbox's address where it can be reached, else through its agent, whose port the engine publishes. */
export function dialer({ clock, tokens }: DialDeps): Dial {
  return async (route, port) => {
    const agent = placeOf(route.agentEndpoint);
    if (agent === null) throw new DialError('upstream_failed', 'the sandbox has no address yet');
    const done = new AbortController();
    const late = clock.sleep(CONNECT_MS, done.signal).then(() => {
      throw new DialError('connect_timeout', `no connection within ${CONNECT_MS} ms`);
    });
    late.catch(() => undefined);
    const isDirect = agent.port === AGENT_PORT && (route.address === null || agent.host === route.address);
    const opening =
      isDirect || port === AGENT_PORT
        ? openSocket(isDirect ? { host: agent.host, port } : agent)
        : openTunnel(agent, port, tokens.accessToken(route.id));
    try {
      return await Promise.race([opening.connected, late]);
    } catch (error) {
      opening.cancel();
      throw error;
    } finally {
      done.abort();
    }
  };
}

interface Opening {
  readonly connected: Promise<Socket>;
  cancel(): void;
}

function openSocket(place: Place): Opening {
  const socket = begin(place);
  const connected = new Promise<Socket>((resolve, reject) => {
    socket.once('error', (error) => reject(dialError(error)));
    socket.once('connect', () => resolve(socket));
  });
  return { connected, cancel: () => socket.destroy() };
}

/** `CONNECT 127.0.0.1:PORT`, which the agent answers inside. */
function openTunnel(agent: Place, port: number, accessToken: string): Opening {
  const asked = request({
    method: 'CONNECT',
    path: `127.0.0.1:${port}`,
    headers: { host: `127.0.0.1:${port}`, 'x-access-token': accessToken },
    createConnection: () => begin(agent),
  });
  const connected = new Promise<Socket>((resolve, reject) => {
    asked.once('error', (error) => reject(dialError(error)));
    asked.once('connect', ({ statusCode }, socket: Socket, head) => {
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      const failure = statusCode === 502 ? 'port_closed' : 'upstream_failed';
      reject(new DialError(failure, `the agent answered ${statusCode} to CONNECT`));
    });
    asked.end();
  });
  return { connected, cancel: () => asked.destroy() };
}

function begin({ host, port }: Place): Socket {
  const socket = connect({
    host,
    port,
    noDelay: true,
    allowHalfOpen: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  });
  // Whoever gets it listens too; an error between two owners must not end the process.
  socket.on('error', () => undefined);
  return socket;
}

function dialError(error: NodeJS.ErrnoException): DialError {
  return new DialError(REFUSED.includes(error.code ?? '') ? 'port_closed' : 'upstream_failed', error);
}

function placeOf(endpoint: string | null): Place | null {
  const match = /^\[?([^\]]+)\]?:(\d+)$/.exec(endpoint ?? '');
  return match === null ? null : { host: match[1] ?? '', port: Number(match[2]) };
}
