import type { Socket } from 'node:net';
import { Agent, request } from 'undici';
import { agentHeaders, agentPaths } from '../contract/agent.ts';
import { errorMessage, SandboxError } from '../domain/errors.ts';
import type { AgentClient, AgentInitOutcome } from '../ports/agent-client.ts';
import type { Clock } from '../ports/clock.ts';
import { connectOnce } from './connect-once.ts';
import { keptConnections } from './kept-connections.ts';
import { type PostOptions, postJson } from './post-json.ts';
import { upgradeAgent } from './upgrade-agent.ts';

/** Between two tries while the agent comes up: it listens some 55 ms after its start. */
const POLL_MS = 3;
const LONGEST_ANSWER_MS = 5_000;
const STOP_MS = 1_000;
const BUSY_MS = 500;
/** The run of a slot, which a claim follows. */
const REHEARSAL = 0;

/** Control calls over HTTP, straight to each agent's address. */
export function httpAgentClient({ clock }: { readonly clock: Clock }): AgentClient {
  const dispatcher = new Agent({ connections: 2, keepAliveTimeout: 1_000, connect: { timeout: 1_000 } });
  // Streams may be quiet for as long as they like: only the answer's head is bounded.
  const streams = new Agent({ connections: 1_024, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });
  const kept = keptConnections();

  /** Over the connection of the rehearsal where it is still there. */
  const askOnce = async (call: Call, patienceMs: number, signal: AbortSignal) => {
    const giveUpMs = clock.monotonicMs() + patienceMs;
    const waiting = kept.take(call.endpoint);
    try {
      if (waiting !== undefined) return await ask(call, { withinMs: patienceMs, signal, socket: waiting });
    } catch (cause) {
      signal.throwIfAborted();
      if (clock.monotonicMs() >= giveUpMs) throw silent(cause);
      // Its other end had gone: the agent may be there all the same.
    }
    try {
      return await ask(call, { withinMs: giveUpMs - clock.monotonicMs(), signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw silent(cause);
    }
  };

  const askUntilUp = async (call: Call, { patienceMs, signal, isFollowed }: Until) => {
    const { endpoint } = call;
    const keep = isFollowed ? (socket: Socket) => kept.keep(endpoint, socket) : undefined;
    const giveUpMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      signal.throwIfAborted();
      try {
        await connectOnce(endpoint);
        return await ask(call, { withinMs: LONGEST_ANSWER_MS, signal, keep });
      } catch (cause) {
        signal.throwIfAborted();
        if (clock.monotonicMs() >= giveUpMs) throw silent(cause);
      }
      await clock.sleep(POLL_MS, signal);
    }
  };

  return {
    init(endpoint, secret, run, { patienceMs, isUp = false, signal }) {
      const call = { endpoint, secret, path: agentPaths.init, body: run };
      if (isUp) return askOnce(call, patienceMs, signal);
      return askUntilUp(call, { patienceMs, signal, isFollowed: run.incarnation === REHEARSAL });
    },
    async announceStop(endpoint, secret, killInMs) {
      const call = { endpoint, secret, path: agentPaths.stop, body: { killInMs } };
      await send(call, { withinMs: STOP_MS }).catch(() => undefined);
    },
    async call(endpoint, accessToken, { method, path, headers, body, signal }) {
      try {
        const answer = await streams.request({
          ...{ origin: `http://${endpoint}`, path, method, signal, body: body ?? null },
          headers: { ...headers, [agentHeaders.accessToken]: accessToken },
        });
        // A body that is destroyed, or breaks after its reader has gone, must not end the process.
        answer.body.on('error', () => undefined);
        return { status: answer.statusCode, headers: answer.headers, body: answer.body };
      } catch (cause) {
        signal.throwIfAborted();
        throw silent(cause);
      }
    },
    async upgrade(endpoint, accessToken, { path, headers, signal }) {
      try {
        return await upgradeAgent(endpoint, {
          path,
          headers: { ...headers, [agentHeaders.accessToken]: accessToken },
          signal,
        });
      } catch (cause) {
        signal.throwIfAborted();
        throw silent(cause);
      }
    },
    async isBusy(endpoint, accessToken) {
      try {
        const { statusCode, body } = await request(`http://${endpoint}${agentPaths.busy}`, {
          ...{ dispatcher, signal: AbortSignal.timeout(BUSY_MS), headers: { [agentHeaders.accessToken]: accessToken } },
        });
        const answer: unknown = await body.json();
        return (
          statusCode === 200 && typeof answer === 'object' && answer !== null && Reflect.get(answer, 'busy') === true
        );
      } catch {
        return false;
      }
    },
    async close() {
      kept.close();
      await Promise.all([dispatcher.destroy(), streams.destroy()]);
    },
  };
}

interface Call {
  readonly endpoint: string;
  readonly secret: string;
  readonly path: string;
  readonly body: object;
}

interface Until {
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Another call follows: the connection waits for it. */
  readonly isFollowed: boolean;
}

/** Rejects when there was no answer. */
function send({ endpoint, secret, path, body }: Call, options: PostOptions) {
  return postJson({ endpoint, path, body, headers: { [agentHeaders.initSecret]: secret } }, options);
}

/** Rejects when there was no answer, or none that an agent gives. */
async function ask(call: Call, options: PostOptions): Promise<AgentInitOutcome> {
  const { status, body: answer } = await send(call, options);
  if (status === 200) return { outcome: 'ready', ...tookOf(answer) };
  if (status === 409) return { outcome: 'other_incarnation' };
  if (status === 422 && isRefusal(answer)) {
    return { outcome: 'refused', message: answer.message, exitCode: answer.exitCode };
  }
  throw new Error(`an agent answered ${status} to ${call.path}`);
}

function tookOf(answer: unknown): { readonly tookMs?: number } {
  const isTold = typeof answer === 'object' && answer !== null && 'tookMs' in answer;
  return isTold && typeof answer.tookMs === 'number' ? { tookMs: answer.tookMs } : {};
}

function isRefusal(answer: unknown): answer is { message: string; exitCode: number | null } {
  return typeof answer === 'object' && answer !== null && 'message' in answer && 'exitCode' in answer;
}

function silent(cause: unknown): SandboxError {
  return new SandboxError('agent_unavailable', `The agent inside does not answer (${errorMessage(cause)}).`, { cause });
}
