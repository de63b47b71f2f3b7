import { isSandboxError, SandboxError } from '../../domain/errors.ts';
import { containerPath } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import { frameContents, lastText } from './log-frames.ts';

/** The engine's log entries are at most 16 KiB, so the engine never sends more than 16 MiB for a tail. */
const MOST_LINES = 1_000;

/** The last `maxBytes` of both streams; of a container that has ended too. Empty when it is gone or has said nothing. */
export async function logTail(context: EngineContext, containerId: string, maxBytes: number): Promise<string> {
  if (maxBytes <= 0) return '';
  const cut = new AbortController();
  const timer = setTimeout(
    () => cut.abort(new DOMException('the log took too long', 'TimeoutError')),
    context.deadlines.read,
  );
  const call = {
    name: 'logs',
    method: 'GET',
    path: containerPath(containerId, '/logs'),
    query: { stdout: 'true', stderr: 'true', tail: String(Math.min(MOST_LINES, Math.ceil(maxBytes / 4))) },
    deadlineMs: context.deadlines.read,
  } as const;
  try {
    const stream = await context.calls.open(call, cut.signal);
    if (stream.statusCode === 200) return await lastText(frameContents(stream), maxBytes);
    // 404 is gone; 409 is a container on its way out.
    stream.resume();
    return '';
  } catch (error) {
    if (isSandboxError(error)) throw error;
    throw new SandboxError('engine_unavailable', 'The log of the container could not be read to its end.', {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
