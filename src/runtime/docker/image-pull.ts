import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { isSandboxError, SandboxError } from '../../domain/errors.ts';
import type { PullProgress } from '../../ports/container-runtime.ts';
import { type ImageReference, parseImageReference } from '../image-reference.ts';
import type { EngineContext } from './engine-context.ts';
import { readBody } from './exchange.ts';
import { inspectImage } from './images.ts';
import { jsonLines } from './json-lines.ts';
import { advancePull, PULL_BEGUN, progressOf } from './pull-progress.ts';
import { diskFull, isDiskFull, understood, wordsOf } from './refusals.ts';
import { authHeader, type RegistryCredentials } from './registry-auth.ts';

export interface PullDeps {
  readonly context: EngineContext;
  readonly credentials: (registry: string) => Promise<RegistryCredentials | undefined>;
}

const lineSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
});

/**
 * Pulls one image and answers its content id. Throws `start_failed` with the engine's words, `disk_full`, and
 * `engine_unavailable` when there is no news of it for the stall deadline. The signal ends the engine's pull too.
 */
export async function pullImage(
  deps: PullDeps,
  image: string,
  onProgress: (progress: PullProgress) => void,
  signal: AbortSignal,
): Promise<string> {
  const reference = parseImageReference(image);
  if (reference === undefined) throw pullRefusal(image, 'that is no name of an image');
  onProgress({ phase: 'resolving', currentBytes: 0, totalBytes: 0 });
  const stall = stallWatch(deps.context.deadlines.pullStall, signal);
  try {
    const stream = await openPull(deps, image, reference, stall.signal);
    await follow(stream, image, onProgress, stall.touch);
  } catch (error) {
    if (isSandboxError(error) && !signal.aborted) throw error;
    signal.throwIfAborted();
    throw interrupted(image, error);
  } finally {
    stall.end();
  }
  const facts = await inspectImage(deps.context, image);
  if (facts === undefined) throw pullRefusal(image, 'the engine does not have it after the pull');
  return facts.id;
}

async function openPull(
  deps: PullDeps,
  image: string,
  reference: ImageReference,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const credentials = await deps.credentials(reference.registry);
  const call = {
    name: 'image.pull',
    method: 'POST',
    path: '/images/create',
    query: { fromImage: reference.repository, tag: reference.version },
    headers: credentials === undefined ? {} : { 'X-Registry-Auth': authHeader(credentials) },
    // The head comes when the registry has answered.
    deadlineMs: deps.context.deadlines.pullStall,
  } as const;
  const stream = await deps.context.calls.open(call, signal);
  if (stream.statusCode === 200) return stream;
  throw pullRefusal(image, wordsOf({ status: stream.statusCode ?? 0, body: readBody(await shortText(stream)) }));
}

async function follow(
  stream: IncomingMessage,
  image: string,
  onProgress: (progress: PullProgress) => void,
  touch: () => void,
): Promise<void> {
  let state = PULL_BEGUN;
  for await (const json of jsonLines(stream)) {
    touch();
    const line = understood(lineSchema, { status: 200, body: json }, 'a pull');
    if (line.error !== undefined) throw pullRefusal(image, line.error);
    state = advancePull(state, line);
    onProgress(progressOf(state));
  }
}

/** Aborts when nobody touches it for `ms`, or with the outer signal. */
function stallWatch(ms: number, outer: AbortSignal) {
  const controller = new AbortController();
  const stalled = () => controller.abort(new DOMException(`no news of the pull for ${ms} ms`, 'TimeoutError'));
  const onOuterAbort = () => controller.abort(outer.reason);
  let timer = setTimeout(stalled, ms);
  outer.addEventListener('abort', onOuterAbort, { once: true });
  return {
    signal: controller.signal,
    touch() {
      clearTimeout(timer);
      timer = setTimeout(stalled, ms);
    },
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', onOuterAbort);
    },
  };
}

async function shortText(stream: IncomingMessage): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.length > 10_000) break;
  }
  return text;
}

function pullRefusal(image: string, words: string): SandboxError {
  if (isDiskFull(words)) return diskFull(words);
  return new SandboxError('start_failed', `The image "${image}" could not be pulled: ${words}`, {
    hint: 'Check the name of the image, and the credentials for its registry in the Docker config.',
  });
}

function interrupted(image: string, cause: unknown): SandboxError {
  return new SandboxError('engine_unavailable', `The pull of the image "${image}" came to a halt.`, {
    hint: 'Try again: layers that are complete are kept.',
    cause,
  });
}
