import { Code, ConnectError, type ConnectRouter, type Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { type AgentErrorCode, agentErrorOf } from '../agent-error.ts';
import type { AgentRoute } from './agent-call.ts';

/** Where `connect-timeout-ms` is found: the library's own timer would count the time of a freeze. */
export const TIMEOUT_HEADER = 'x-agent-timeout-ms';

/** The Connect services, as routes below their names. */
export function connectRoutes(services: readonly string[], routes: (router: ConnectRouter) => void): AgentRoute[] {
  const handle = connectNodeAdapter({
    routes,
    interceptors: [connectErrors],
    // Never compressed: a compressor holds small messages back.
    acceptCompression: [],
    grpc: false,
    grpcWeb: false,
  });
  return services.map((service) => ({
    path: `/${service}/`,
    methods: ['POST', 'GET'],
    access: 'token',
    answer({ request, response }) {
      const timeout = request.headers['connect-timeout-ms'];
      delete request.headers['connect-timeout-ms'];
      if (timeout !== undefined) request.headers[TIMEOUT_HEADER] = String(timeout);
      response.setHeader('x-accel-buffering', 'no');
      response.setHeader('cache-control', 'no-store, no-transform');
      handle(request, response);
    },
  }));
}

/** The call's time in milliseconds of the sandbox's life; undefined for one without end. */
export function timeoutMsOf(requestHeader: Headers): number | undefined {
  const text = requestHeader.get(TIMEOUT_HEADER);
  return text !== null && /^\d{1,10}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

const CODES: Readonly<Record<AgentErrorCode, Code>> = {
  invalid_argument: Code.InvalidArgument,
  unauthenticated: Code.Unauthenticated,
  permission_denied: Code.PermissionDenied,
  not_found: Code.NotFound,
  already_exists: Code.AlreadyExists,
  failed_precondition: Code.FailedPrecondition,
  resource_exhausted: Code.ResourceExhausted,
  out_of_range: Code.OutOfRange,
  deadline_exceeded: Code.DeadlineExceeded,
  unimplemented: Code.Unimplemented,
  unavailable: Code.Unavailable,
  aborted: Code.Aborted,
  internal: Code.Internal,
};

/** Errors of ours, and of the system, as Connect tells them; in streams too. */
const connectErrors: Interceptor = (next) => async (request) => {
  try {
    const response = await next(request);
    return response.stream ? { ...response, message: translated(response.message) } : response;
  } catch (error) {
    throw connectErrorOf(error);
  }
};

async function* translated<T>(messages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw connectErrorOf(error);
  }
}

function connectErrorOf(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  const known = agentErrorOf(error);
  return new ConnectError(known.message, CODES[known.code]);
}
