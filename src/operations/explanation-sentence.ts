import type { NextDeadline } from '../domain/lifetime.ts';
import type { JobName } from '../domain/machine.ts';
import type { RecordedTransition, Sandbox } from '../domain/sandbox.ts';
import type { Attempt } from '../reconcile/attempts.ts';
import { causeWords } from './cause-words.ts';
import { clockWords, spanWords } from './time-words.ts';

/** What is known of a sandbox's present state. */
export interface Explanation {
  readonly row: Sandbox;
  /** When it came into its state. */
  readonly sinceMs: number;
  /** The newest entry of its history. */
  readonly because: RecordedTransition;
  /** The job of its state; null = at rest. */
  readonly owes: JobName | null;
  /** null = nothing is owed, or this process has not tried yet. */
  readonly lastAttempt: Attempt | null;
  /** What the service will do by itself; null = only a call, or the end of its process, can move it. */
  readonly next: { readonly action: NextDeadline['action'] | 'kill'; readonly atMs: number } | null;
  /** Calls accepted now. */
  readonly accepts: readonly string[];
}

/** One sentence that a person reads: where it stands, since when, why, what was tried, and what comes. Pure. */
export function explanationSentence(explanation: Explanation, nowMs: number): string {
  const { row, sinceMs, because } = explanation;
  const standing = `It is ${row.state} since ${clockWords(sinceMs, nowMs)} because ${causeWords(because, row)}`;
  const parts = [standing, ...workWords(explanation, nowMs), ...nextWords(explanation, nowMs)];
  return `${parts.map((part) => part.replace(/\.$/, '')).join('; ')}.`;
}

const WORK: Readonly<Record<JobName, string>> = {
  startContainer: 'start its container',
  stopContainer: 'stop its container',
  removeContainer: 'remove its container',
  pauseContainer: 'freeze its container',
  resumeContainer: 'thaw its container',
};

function workWords({ owes, lastAttempt }: Explanation, nowMs: number): readonly string[] {
  if (owes === null) return [];
  const work = WORK[owes];
  if (lastAttempt === null) return [`it has to ${work}, which was not tried yet`];
  const { atMs, count, error, nextAtMs } = lastAttempt;
  const ago = spanWords(nowMs - atMs);
  if (nextAtMs !== null) {
    const which = count === 1 ? 'the first try' : `the last of ${count} tries`;
    const when = nowMs - atMs < 1000 ? 'just now' : `${ago} ago`;
    return [`${which} to ${work} failed ${when}: ${error}`, `tried again ${soonWords(nextAtMs - nowMs)}`];
  }
  const which = count === 1 ? 'a try' : `try ${count}`;
  const before = error === null ? [] : [`the one before failed: ${error}`];
  return [`${which} to ${work} is under way for ${ago}`, ...before];
}

const ACTIONS: Readonly<Record<NonNullable<Explanation['next']>['action'], string>> = {
  stop: 'it will be stopped',
  pause: 'it will be paused',
  delete: 'it will be deleted',
  purge: 'it will be forgotten',
  kill: 'its grace ends',
};

function nextWords({ row, next, owes }: Explanation, nowMs: number): readonly string[] {
  if (next !== null) return [`${ACTIONS[next.action]} ${soonWords(next.atMs - nowMs)}`];
  if (owes !== null) return [];
  return row.state === 'running' ? ['it has no deadline'] : ['only a call moves it on'];
}

function soonWords(ms: number): string {
  return ms < 1000 ? 'at once' : `in ${spanWords(ms)}`;
}
