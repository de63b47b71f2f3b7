import type { z } from 'zod';
import { SandboxError } from '../../domain/errors.ts';
import type { EngineAnswer } from './exchange.ts';

const LONGEST_WORDS = 1_000;

/** What the engine said, fit to show; empty when it said nothing. */
export function wordsOf(answer: EngineAnswer): string {
  const { body } = answer;
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : body;
  return typeof message === 'string' ? message.trim().slice(0, LONGEST_WORDS) : '';
}

/** The answer's body in the form that we know; `engine_unavailable` when it has another, as nothing may be concluded from it. */
export function understood<T>(schema: z.ZodType<T>, answer: EngineAnswer, what: string): T {
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new SandboxError('engine_unavailable', `The engine's answer about ${what} has an unknown form.`, {
    hint: 'Check that the engine is Docker 20.10 or newer.',
    cause: parsed.error,
  });
}

/** An answer of 400 or above as the error of the port: `what` completes "The engine could not ...". */
export function refusal(answer: EngineAnswer, what: string): SandboxError {
  const words = wordsOf(answer);
  if (isDiskFull(words)) return diskFull(words);
  if (isDaemonTrouble(answer.status, words)) {
    return new SandboxError('engine_unavailable', `The engine could not ${what} now: ${words || answer.status}`, {
      hint: 'It is tried again by itself; look at the engine when this lasts.',
    });
  }
  return new SandboxError('start_failed', `The engine could not ${what}: ${words || `status ${answer.status}`}`, {
    details: { engineStatus: answer.status },
  });
}

export function isDiskFull(words: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(words);
}

export function diskFull(words: string): SandboxError {
  return new SandboxError('disk_full', `The engine has no disk space: ${words}`, {
    hint: 'Free space on the engine: remove sandboxes or images that are not needed.',
  });
}

export function containerGone(containerId: string): SandboxError {
  return new SandboxError('not_found', `The engine has no container ${containerId.slice(0, 12)}.`, {
    details: { resource: 'container' },
  });
}

/** dockerd answers in the place of containerd: moby's containerd client and shim errors as of 20.10. */
function isDaemonTrouble(status: number, words: string): boolean {
  if (status === 502 || status === 503 || status === 504) return true;
  const signs = /context deadline exceeded|containerd\.sock|transport is closing|ttrpc: closed|code = Unavailable/i;
  return status >= 500 && signs.test(words);
}
