import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AgentFileMatch, AgentFileMatches } from '../../contract/agent.ts';
import { AgentError } from '../agent-error.ts';
import { onPath } from './call-path.ts';
import { type GlobPattern, globPattern } from './glob-pattern.ts';
import { grepWorkerSource } from './grep-worker-source.ts';
import { MOST_VISITED } from './search-files.ts';
import { walk } from './walk.ts';

export interface Grep {
  readonly pattern: string;
  readonly isLiteral: boolean;
  readonly isCaseSensitive: boolean;
  /** Only files that it means; without a slash it is compared with names. null = all. */
  readonly glob: string | null;
  readonly limit: number;
}

const LARGEST_BYTES = 1024 * 1024;
/** Characters of a line that are told. */
const LONGEST_TEXT = 500;
const BATCH = 64;
/** A search that takes longer is ended, and tells what it found. */
const DEADLINE_MS = 10_000;

/**
 * The lines below a directory (or of one file) that a pattern is found in; files over 1 MiB, binary ones and links are
 * passed over. The pattern runs in a thread of its own with a deadline, so that no pattern can stop the agent.
 */
export async function grepFiles(root: string, grep: Grep): Promise<AgentFileMatches> {
  const expression = expressionOf(grep);
  const glob = grep.glob === null ? undefined : globPattern(grep.glob.includes('/') ? grep.glob : `**/${grep.glob}`);
  const seen = await onPath(root, () => stat(root));
  const workerData = {
    ...{ source: expression.source, flags: expression.flags, limit: grep.limit },
    ...{ largestBytes: LARGEST_BYTES, longestText: LONGEST_TEXT },
  };
  const worker = new Worker(grepWorkerSource, {
    eval: true,
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  });
  const timeout = AbortSignal.timeout(DEADLINE_MS);
  const matches: AgentFileMatch[] = [];
  try {
    for await (const paths of seen.isFile() ? [[root]] : batches(root, glob)) {
      worker.postMessage(paths);
      const [answer] = (await once(worker, 'message', { signal: timeout })) as [WorkerAnswer];
      matches.push(...answer.matches);
      if (answer.isFull || paths.length === 0) return { matches, truncated: answer.isFull, timedOut: false };
    }
    return { matches, truncated: false, timedOut: false };
  } catch (error) {
    if (!timeout.aborted) throw error;
    return { matches, truncated: true, timedOut: true };
  } finally {
    await worker.terminate();
  }
}

/** What the text of the worker answers a batch with. */
interface WorkerAnswer {
  readonly matches: readonly AgentFileMatch[];
  readonly isFull: boolean;
}

async function* batches(root: string, glob: GlobPattern | undefined): AsyncGenerator<string[]> {
  let batch: string[] = [];
  let visited = 0;
  for await (const { relative, entry } of walk(root, { depth: glob?.depth ?? Number.POSITIVE_INFINITY })) {
    if (++visited > MOST_VISITED) break;
    if (!entry.isFile() || glob?.matches(relative) === false) continue;
    batch.push(join(root, relative));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function expressionOf({ pattern, isLiteral, isCaseSensitive }: Grep): RegExp {
  if (pattern === '') throw new AgentError('invalid_argument', 'pattern is required');
  const source = isLiteral ? pattern.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&') : pattern;
  try {
    return new RegExp(source, isCaseSensitive ? '' : 'i');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AgentError('invalid_argument', `The pattern is not a regular expression: ${why}`, { cause });
  }
}
