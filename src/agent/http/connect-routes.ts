import type { IncomingMessage, ServerResponse } from 'node:http';
import { Code, ConnectError, type ConnectRouter, createConnectRouter, type Interceptor } from '@connectrpc/connect';
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node';
import { AgentError, type AgentErrorCode, agentErrorOf } from '../agent-error.ts';
import type { AgentRoute } from './agent-call.ts';

/** Where `connect-timeout-ms` is found: the library's own timer would count the time of a freeze. */
export const TIMEOUT_HEADER = 'x-agent-timeout-ms';

/** The Connect services, as routes below their names. */
export function connectRoutes(services: readonly string[], routes: (router: ConnectRouter) => void): AgentRoute[] {
  const router = createConnectRouter({
    interceptors: [connectErrors],
    // Never compressed: a compressor holds small messages back.
    acceptCompression: [],
    grpc: false,
    grpcWeb: false,
  });
  routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return services.map((service) => ({
    path: `/${service}/`,
    methods: ['POST', 'GET'],
    access: 'token',
    async answer({ request, response, path }) {
      const handler = handlers.get(path);
      if (handler === undefined) throw new AgentError('not_found', `There is no method ${path.slice(0, 200)}.`);
      const timeout = request.headers['connect-timeout-ms'];
      delete request.headers['connect-timeout-ms'];
      if (timeout !== undefined) request.headers[TIMEOUT_HEADER] = String(timeout);
      response.setHeader('x-accel-buffering', 'no');
      response.setHeader('cache-control', 'no-store, no-transform');
      await respond(handler, request, response);
    },
  }));
}

type Handler = ConnectRouter['handlers'][number];

/** As the library's own adapter does it, which writes a stack for every client that leaves in the middle of a write. */
async function respond(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const answer = await handler(universalRequestFromNodeRequest(request, response, undefined, undefined));
    await universalResponseToNodeResponse(answer, response);
  } catch (error) {
    if (isClientGone(error)) return;
    process.stderr.write(`agent: ${handler.requestPath}: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}

/** The library tells a reset connection as aborted, and a broken pipe as internal with its cause. */
function isClientGone(error: unknown): boolean {
  const { code, cause } = ConnectError.from(error);
  return code === Code.Aborted || (cause instanceof Error && 'code' in cause && cause.code === 'EPIPE');
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
