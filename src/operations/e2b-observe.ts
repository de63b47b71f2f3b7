import type { LogPiece } from '../ports/container-runtime.ts';
import type { Sample } from '../ports/sampler.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { getShown } from './e2b-standing.ts';

const MOST_LOG_BYTES = 1024 * 1024;
const MOST_LINES = 10_000;
const LONGEST_READ_MS = 10_000;
const LINE_FEED = 0x0a;

/** What it used from `fromMs` to `toMs`, oldest first; empty where nothing is measured. */
export async function recentSamples(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly Sample[]> {
  await getShown(deps, caller, id);
  return deps.sampler?.recent(id, fromMs, toMs) ?? [];
}

export interface LogLine {
  readonly atMs: number;
  /** Without its line feed. */
  readonly text: string;
}

/** The last lines that its main process wrote, oldest first, at most 1 MiB; none when there is no container yet. */
export async function containerLog(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  leaving: AbortSignal,
): Promise<readonly LogLine[]> {
  const { row } = await getShown(deps, caller, id);
  if (row.containerId === null) return [];
  const signal = AbortSignal.any([leaving, AbortSignal.timeout(LONGEST_READ_MS)]);
  const pieces = await deps.runtime.log(row.containerId, { tailLines: MOST_LINES, isFollowed: false, signal });
  return linesOf(pieces);
}

/** A long line comes in pieces, and the two streams between each other. */
async function linesOf(pieces: AsyncIterable<LogPiece>): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  const begun = new Map<LogPiece['stream'], { readonly atMs: number; readonly parts: Buffer[] }>();
  let bytes = 0;
  for await (const { stream, atMs, content } of pieces) {
    const line = begun.get(stream) ?? { atMs, parts: [] };
    line.parts.push(content);
    bytes += content.length;
    begun.set(stream, line);
    if (content.at(-1) !== LINE_FEED) continue;
    begun.delete(stream);
    lines.push(lineOf(line));
    while (bytes > MOST_LOG_BYTES && lines.length > 1) bytes -= Buffer.byteLength(lines.shift()?.text ?? '') + 1;
  }
  return [...lines, ...[...begun.values()].map(lineOf)].filter(({ text }) => text !== '');
}

function lineOf({ atMs, parts }: { readonly atMs: number; readonly parts: readonly Buffer[] }): LogLine {
  return { atMs, text: Buffer.concat(parts).toString('utf8').replace(/\n$/, '') };
}
