import type { IncomingMessage } from 'node:http';
import { SandboxError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { engineBreaker } from './breaker.ts';
import type { Connection, EngineRequest } from './connection.ts';
import { withDeadline } from './deadlines.ts';

/** `missing` is a 404; `refused` any other answer of 400 and above; `unavailable` is no answer. */
export type CallOutcome = 'ok' | 'missing' | 'refused' | 'unavailable';

export interface EngineCall extends EngineRequest {
  /** Its name in metrics. */
  readonly name: string;
  readonly deadlineMs: number;
}

export interface EngineAnswer {
  readonly status: number;
  /** JSON as the engine wrote it, text where it is none, undefined when empty. */
  readonly body: unknown;
}

/** Calls to one engine. A rejection is `engine_unavailable` or the caller's signal; whatever the engine answers is a value. */
export interface EngineCalls {
  ask(call: EngineCall): Promise<EngineAnswer>;
  /** The answer's head within the deadline; its body is the caller's to read, to bound and to destroy. */
  open(call: EngineCall, signal: AbortSignal): Promise<IncomingMessage>;
  /** Asks the engine itself, whatever the breaker says. */
  ping(): Promise<void>;
}

export interface EngineCallsDeps {
  readonly engine: string;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly pingMs: number;
  readonly onCall: (call: string, outcome: CallOutcome, durationMs: number) => void;
}

const LARGEST_ANSWER_BYTES = 64 * 1024 * 1024;

export function engineCalls(deps: EngineCallsDeps): EngineCalls {
  const { connection } = deps;
  const ping = () =>
    measured(deps, 'ping', () => withDeadline(deps.pingMs, undefined, (signal) => pong(connection, signal)));
  const breaker = engineBreaker(async () => void (await ping()));
  const guarded = async <T>(
    name: string,
    send: () => Promise<T>,
    statusOf: (answer: T) => number,
    signal?: AbortSignal,
  ) => {
    try {
      await breaker.pass();
      return await measured(deps, name, send, statusOf);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      breaker.doubt();
      throw unavailable(deps.engine, cause);
    }
  };
  return {
    ask(call) {
      const send = () => withDeadline(call.deadlineMs, undefined, (signal) => exchange(connection, call, signal));
      return guarded(call.name, send, (answer) => answer.status);
    },
    open: (call, signal) =>
      guarded(
        call.name,
        () => opened(connection, call, signal),
        (head) => head.statusCode ?? 0,
        signal,
      ),
    async ping() {
      await ping().catch((cause: unknown) => {
        throw unavailable(deps.engine, cause);
      });
    },
  };
}

export function readBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function pong(connection: Connection, signal: AbortSignal): Promise<EngineAnswer> {
  const answer = await exchange(connection, { method: 'GET', path: '/_ping' }, signal);
  if (answer.status >= 500) throw new Error(`the engine answered ${answer.status} to a ping`);
  return answer;
}

async function exchange(connection: Connection, request: EngineRequest, signal: AbortSignal): Promise<EngineAnswer> {
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

async function textOf(message: IncomingMessage): Promise<string> {
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

/** The deadline ends with the head: from then on only the caller's signal cuts the stream. */
async function opened(connection: Connection, call: EngineCall, signal: AbortSignal): Promise<IncomingMessage> {
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

async function measured<T>(
  deps: EngineCallsDeps,
  name: string,
  send: () => Promise<T>,
  statusOf: (answer: T) => number = () => 200,
): Promise<T> {
  const startedMs = deps.clock.monotonicMs();
  const report = (outcome: CallOutcome) => deps.onCall(name, outcome, deps.clock.monotonicMs() - startedMs);
  try {
    const answer = await send();
    report(outcomeOf(statusOf(answer)));
    return answer;
  } catch (error) {
    report('unavailable');
    throw error;
  }
}

function outcomeOf(status: number): CallOutcome {
  if (status < 400) return 'ok';
  return status === 404 ? 'missing' : 'refused';
}

function unavailable(engine: string, cause: unknown): SandboxError {
  return new SandboxError('engine_unavailable', `The container engine "${engine}" does not answer.`, {
    hint: 'It is tried again by itself; look at the engine when this lasts.',
    details: { engine },
    cause,
  });
}
