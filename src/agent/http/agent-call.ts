import type { IncomingMessage, ServerResponse } from 'node:http';
import { AgentError } from '../agent-error.ts';

/** One request to the agent. */
export interface AgentCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Without the query, as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What the agent serves at a path (or below it, where that ends in a slash). */
export interface AgentRoute {
  readonly path: string;
  /** Methods that it knows; all others are 405. */
  readonly methods: readonly string[];
  /** `token`: the sandbox's access token. `own`: the route looks itself. */
  readonly access: 'token' | 'own';
  readonly answer: (call: AgentCall) => Promise<void> | void;
}

const LARGEST_JSON_BYTES = 16 * 1024 * 1024;

/** The body as JSON, at most 16 MiB; throws `invalid_argument`. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    // Node hands out buffers as long as no encoding is set.
    const piece = chunk as Buffer;
    bytes += piece.length;
    if (bytes > LARGEST_JSON_BYTES) throw new AgentError('invalid_argument', 'The body is too large.', { status: 413 });
    chunks.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new AgentError('invalid_argument', 'The body is not JSON.', { cause });
  }
}

/** A whole JSON answer. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** An error as envd writes it: `{"code":404,"message":"..."}`; nothing where the answer has begun: its socket is cut. */
export function sendError(response: ServerResponse, error: AgentError): void {
  if (response.headersSent) {
    response.destroy(error);
    return;
  }
  sendJson(response, error.status, { code: error.status, message: error.message });
}
