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
  const body = await readBody(request);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AgentError('invalid_argument', 'The body is not JSON.', { cause });
  }
}

/** By its events: as an iterator it would take longer than what most calls do with it. What is too much is dropped. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= LARGEST_JSON_BYTES) chunks.push(chunk);
      else reject(new AgentError('invalid_argument', 'The body is too large.', { status: 413 }));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
  });
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
