import type { Readable } from 'node:stream';
import { isSandboxError, SandboxError } from '../../domain/errors.ts';
import type { LogPiece, LogQuery } from '../../ports/container-runtime.ts';
import { containerPath } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import { type Frame, wholeFrames } from './log-frames.ts';

/** The log of a container that runs or has run; ends with the container when it is followed. */
export async function containerLog(
  context: EngineContext,
  containerId: string,
  { tailLines, isFollowed, signal }: LogQuery,
): Promise<AsyncIterable<LogPiece>> {
  const query = { stdout: 'true', stderr: 'true', timestamps: 'true', tail: String(tailLines) };
  const call = {
    name: 'logs',
    method: 'GET',
    path: containerPath(containerId, '/logs'),
    query: { ...query, follow: String(isFollowed) },
    deadlineMs: context.deadlines.read,
  } as const;
  const stream = await context.calls.open(call, signal);
  if (stream.statusCode === 200) return pieces(stream, signal);
  // 404 is gone; 409 is a container on its way out.
  stream.resume();
  return nothing();
}

async function* pieces(stream: Readable, signal: AbortSignal): AsyncGenerator<LogPiece> {
  try {
    for await (const frame of wholeFrames(stream)) yield pieceOf(frame);
  } catch (error) {
    if (signal.aborted || isSandboxError(error)) throw error;
    throw new SandboxError('engine_unavailable', 'The log of the container broke off.', { cause: error });
  } finally {
    stream.destroy();
  }
}

/** The engine writes `2026-01-01T00:00:00.000000000Z ` before each. */
function pieceOf({ stream, content }: Frame): LogPiece {
  const space = content.indexOf(0x20);
  const atMs = Date.parse(content.subarray(0, Math.max(0, space)).toString('latin1'));
  if (Number.isNaN(atMs)) return { stream, atMs: 0, content };
  return { stream, atMs, content: content.subarray(space + 1) };
}

async function* nothing(): AsyncGenerator<LogPiece> {}
