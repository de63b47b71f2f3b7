import type { IncomingMessage } from 'node:http';
import type { Connection, EngineRequest } from './connection.ts';
import { withDeadline } from './deadlines.ts';

export interface EngineAnswer {
  readonly status: number;
  /** JSON as the engine wrote it, text where it is none, undefined when empty. */
  readonly body: unknown;
}

const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

/** A request and its whole answer; the signal cuts both. Rejects when there was none, or none in full. */
export async function exchange(
  connection: Connection,
  request: EngineRequest,
  signal: AbortSignal,
): Promise<EngineAnswer> {
  const message = await sendFresh(connection, request, signal);
  return { status: message.statusCode ?? 0, body: readBody(await textOf(message)) };
}

/** A read is sent once more when its kept-alive socket turns out to be closed; whether a write was done is not known. */
async function sendFresh(
  connection: Connection,
  request: EngineRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  try {
    return await connection.send(request, signal);
  } catch (error) {
    if (request.method !== 'GET' || signal.aborted || !isClosedSocket(error)) throw error;
    return connection.send(request, signal);
  }
}

function isClosedSocket(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

export async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > LARGEST_ANSWER_BYTES) throw new Error('the answer is larger than 64 MiB');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The answer's head, within the deadline; from then on only the caller's signal cuts the stream. */
export async function openStream(
  connection: Connection,
  call: EngineRequest & { readonly deadlineMs: number },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const release = () => signal.removeEventListener('abort', onAbort);
  try {
    const head = await withDeadline(call.deadlineMs, signal, () => connection.send(call, controller.signal));
    head.once('close', release);
    return head;
  } catch (error) {
    release();
    controller.abort(error);
    throw error;
  }
}

/** JSON as it was written, text where it is none, undefined when empty. */
export function readBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
