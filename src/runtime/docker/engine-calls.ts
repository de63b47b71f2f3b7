import type { IncomingMessage } from 'node:http';
import { SandboxError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { engineBreaker } from './breaker.ts';
import type { Connection, EngineRequest } from './connection.ts';
import { withDeadline } from './deadlines.ts';
import { type EngineAnswer, exchange, openStream } from './exchange.ts';

/** `missing` is a 404; `refused` any other answer of 400 and above; `unavailable` is no answer. */
export type CallOutcome = 'ok' | 'missing' | 'refused' | 'unavailable';

export interface EngineCall extends EngineRequest {
  /** Its name in metrics. */
  readonly name: string;
  readonly deadlineMs: number;
}

/** Calls to one engine. A rejection is `engine_unavailable` or the caller's signal; whatever the engine answers is a value. */
export interface EngineCalls {
  ask(call: EngineCall): Promise<EngineAnswer>;
  /** The answer's head within the deadline; its body is the caller's to read, to bound and to destroy. */
  open(call: EngineCall, signal: AbortSignal): Promise<IncomingMessage>;
  /** One round trip. */
  ping(): Promise<void>;
}

export interface EngineCallsDeps {
  readonly engine: string;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly pingMs: number;
  readonly onCall: (call: string, outcome: CallOutcome, durationMs: number) => void;
}

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
        () => openStream(connection, call, signal),
        (head) => head.statusCode ?? 0,
        signal,
      ),
    async ping() {
      await breaker.ask().catch((cause: unknown) => {
        throw unavailable(deps.engine, cause);
      });
    },
  };
}

async function pong(connection: Connection, signal: AbortSignal): Promise<EngineAnswer> {
  const answer = await exchange(connection, { method: 'GET', path: '/_ping' }, signal);
  if (answer.status >= 500) throw new Error(`the engine answered ${answer.status} to a ping`);
  return answer;
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
