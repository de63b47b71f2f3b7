import { Agent, request } from 'undici';
import { agentHeaders, agentPaths, REHEARSAL } from '../contract/agent.ts';
import { errorMessage, SandboxError } from '../domain/errors.ts';
import type { AgentClient, AgentInitOutcome } from '../ports/agent-client.ts';
import type { Clock } from '../ports/clock.ts';
import { connectOnce } from './connect-once.ts';
import { initLines } from './init-lines.ts';
import { type PostAnswer, type PostOptions, postOnce } from './post-once.ts';
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
  const lines = initLines();
  return {
    async init(endpoint, secret, init, { patienceMs, isUp = false, signal }) {
      const call = { endpoint, secret, path: agentPaths.init, body: init };
      if (isUp) {
        const options = { withinMs: patienceMs, signal };
        try {
          const claimed = await lines.claim({ endpoint, secret, init, ...options });
          return outcomeOf(claimed ?? (await send(call, options)));
        } catch (cause) {
          throwSilent(cause, signal);
        }
      }
      const options = { withinMs: LONGEST_ANSWER_MS, signal };
      const giveUpMs = clock.monotonicMs() + patienceMs;
      for (;;) {
        signal.throwIfAborted();
        try {
          await connectOnce(endpoint);
          const isRehearsal = init.incarnation === REHEARSAL;
          const rehearsed = isRehearsal ? await lines.rehearse({ endpoint, secret, init, ...options }) : undefined;
          return outcomeOf(rehearsed ?? (await send(call, options)));
        } catch (cause) {
          if (clock.monotonicMs() >= giveUpMs) throwSilent(cause, signal);
          signal.throwIfAborted();
        }
        await clock.sleep(POLL_MS, signal);
      }
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
        throwSilent(cause, signal);
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
        throwSilent(cause, signal);
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
      lines.close();
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

/** Rejects when there was no answer. */
function send({ endpoint, secret, path, body }: Call, options: PostOptions): Promise<PostAnswer> {
  return postOnce({ endpoint, path, body, headers: { [agentHeaders.initSecret]: secret } }, options);
}

/** Throws for what no agent answers. */
function outcomeOf({ status, body: answer }: PostAnswer): AgentInitOutcome {
  if (status === 200) return { outcome: 'ready', ...tookOf(answer) };
  if (status === 409) return { outcome: 'other_incarnation' };
  if (status === 422 && isRefusal(answer)) {
    return { outcome: 'refused', message: answer.message, exitCode: answer.exitCode };
  }
  throw new Error(`an agent answered ${status} to ${agentPaths.init}`);
}

function tookOf(answer: unknown): { readonly tookMs?: number } {
  const isTold = typeof answer === 'object' && answer !== null && 'tookMs' in answer;
  return isTold && typeof answer.tookMs === 'number' ? { tookMs: answer.tookMs } : {};
}

function isRefusal(answer: unknown): answer is { message: string; exitCode: number | null } {
  return typeof answer === 'object' && answer !== null && 'message' in answer && 'exitCode' in answer;
}

/** The signal's reason where that aborted, else `agent_unavailable`. */
function throwSilent(cause: unknown, signal: AbortSignal): never {
  signal.throwIfAborted();
  throw silent(cause);
}

function silent(cause: unknown): SandboxError {
  return new SandboxError('agent_unavailable', `The agent inside does not answer (${errorMessage(cause)}).`, { cause });
}
