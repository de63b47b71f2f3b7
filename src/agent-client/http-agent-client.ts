import { Agent, request } from 'undici';
import { agentHeaders, agentPaths } from '../contract/agent.ts';
import { errorMessage, SandboxError } from '../domain/errors.ts';
import type { AgentClient, AgentInitOutcome } from '../ports/agent-client.ts';
import type { Clock } from '../ports/clock.ts';
import { connectOnce } from './connect-once.ts';
import { postOnce } from './post-once.ts';
import { upgradeAgent } from './upgrade-agent.ts';

/** Between two tries while the agent comes up: it listens some 55 ms after its start. */
const POLL_MS = 3;
const LONGEST_ANSWER_MS = 5_000;
const STOP_MS = 1_000;
const BUSY_MS = 500;

/** Control calls over HTTP, straight to each agent's address. */
export function httpAgentClient({ clock }: { readonly clock: Clock }): AgentClient {
  const dispatcher = new Agent({ connections: 2, keepAliveTimeout: 1_000, connect: { timeout: 1_000 } });
  // Streams may be quiet for as long as they like: only the answer's head is bounded.
  const streams = new Agent({ connections: 1_024, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });
  return {
    async init(endpoint, secret, init, { patienceMs, isUp = false, signal }) {
      const call = { endpoint, secret, path: agentPaths.init, body: init };
      if (isUp) return askOnce(call, patienceMs, signal);
      const giveUpMs = clock.monotonicMs() + patienceMs;
      for (;;) {
        signal.throwIfAborted();
        try {
          await connectOnce(endpoint);
          return await ask(call, LONGEST_ANSWER_MS, signal);
        } catch (cause) {
          signal.throwIfAborted();
          if (clock.monotonicMs() >= giveUpMs) throw silent(cause);
        }
        await clock.sleep(POLL_MS, signal);
      }
    },
    async announceStop(endpoint, secret, killInMs) {
      const call = { endpoint, secret, path: agentPaths.stop, body: { killInMs } };
      await send(call, STOP_MS).catch(() => undefined);
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
    close: async () => void (await Promise.all([dispatcher.destroy(), streams.destroy()])),
  };
}

interface Call {
  readonly endpoint: string;
  readonly secret: string;
  readonly path: string;
  readonly body: object;
}

/** Rejects when there was no answer. */
function send({ endpoint, secret, path, body }: Call, withinMs: number, signal?: AbortSignal) {
  const post = { endpoint, path, body, headers: { [agentHeaders.initSecret]: secret } };
  return postOnce(post, { withinMs, signal });
}

async function askOnce(call: Call, withinMs: number, signal: AbortSignal) {
  try {
    return await ask(call, withinMs, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw silent(cause);
  }
}

/** Rejects when there was no answer, or none that an agent gives. */
async function ask(call: Call, withinMs: number, signal: AbortSignal): Promise<AgentInitOutcome> {
  const { status, body: answer } = await send(call, withinMs, signal);
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
