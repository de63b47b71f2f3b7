import { describe, expect, it } from 'vitest';
import { jobOf, transitionTo } from '../../src/domain/decide.ts';
import { deadlineReason, endReason, reasonOf } from '../../src/domain/reasons.ts';
import type { Sandbox, SandboxState } from '../../src/domain/sandbox.ts';
import { type Explanation, explanationSentence } from '../../src/operations/explanation-sentence.ts';
import { clockWords, spanWords } from '../../src/operations/time-words.ts';
import { runningRow } from '../support/rows.ts';

const NOW_MS = Date.parse('2026-08-01T12:00:05.000Z');
const SINCE_MS = Date.parse('2026-08-01T12:00:01.000Z');

interface Story {
  readonly state: SandboxState;
  readonly event: string;
  readonly actor?: string;
  readonly row?: Partial<Sandbox>;
  readonly attempt?: Partial<Explanation['lastAttempt'] & object> | undefined;
  readonly next?: Explanation['next'];
}

function sentence({ state, event, actor = 'system', row: change = {}, attempt, next = null }: Story): string {
  const row = runningRow({ state, ...change });
  const owes = jobOf(state);
  const begun = { count: 1, atMs: NOW_MS - 2_000, error: null, nextAtMs: null };
  const explanation: Explanation = {
    row,
    sinceMs: SINCE_MS,
    because: { ...transitionTo(row, 'running', event, { atMs: SINCE_MS, actor }), seq: 1 },
    owes,
    lastAttempt: attempt === undefined || owes === null ? null : { ...begun, job: owes, ...attempt },
    next,
    accepts: [],
  };
  return explanationSentence(explanation, NOW_MS);
}

describe('work that is owed', () => {
  const timedOut = { state: 'stopping', event: 'DEADLINE_PASSED', row: { reason: deadlineReason('stopAt') } } as const;

  it('tells what failed, how long ago, and when it is tried again', () => {
    const attempt = { count: 3, error: 'The engine does not answer.', nextAtMs: NOW_MS + 4_000 };
    expect(sentence({ ...timedOut, attempt })).toBe(
      'It is stopping since 12:00:01 UTC because its timeout passed; the last of 3 tries to stop its container failed ' +
        '2 s ago: The engine does not answer; tried again in 4 s.',
    );
  });

  it('tells that a try is under way, and what the one before it said', () => {
    expect(sentence({ ...timedOut, attempt: {} })).toMatch(
      /passed; a try to stop its container is under way for 2 s\.$/,
    );
    expect(sentence({ ...timedOut, attempt: { count: 2, error: 'No.' } })).toMatch(
      /; try 2 to stop its container is under way for 2 s; the one before failed: No\.$/,
    );
  });

  it('tells that nothing was tried yet, and when its grace ends', () => {
    const next = { action: 'kill', atMs: NOW_MS + 8_000 } as const;
    expect(sentence({ ...timedOut, next })).toMatch(
      /; it has to stop its container, which was not tried yet; its grace ends in 8 s\.$/,
    );
  });
});

describe('a sandbox at rest', () => {
  it('tells what comes next by itself, or that nothing does', () => {
    const next = { action: 'pause', atMs: NOW_MS + 250_000 } as const;
    const running = { state: 'running', event: 'START_SUCCEEDED' } as const;
    expect(sentence({ ...running, next })).toBe(
      'It is running since 12:00:01 UTC because its start succeeded; it will be paused in 4 min 10 s.',
    );
    expect(sentence(running)).toMatch(/; it has no deadline\.$/);
    expect(sentence({ state: 'stopped', event: 'STOP_SUCCEEDED' })).toMatch(/; only a call moves it on\.$/);
    expect(sentence({ ...running, next: { ...next, atMs: NOW_MS - 5 } })).toMatch(/; it will be paused at once\.$/);
  });
});

describe('why', () => {
  const end = { exitCode: 137, signal: 'SIGKILL', oomKilled: true, logTail: null };
  it.each<[string, Story]>([
    ['a stop was requested by key_1', { state: 'stopping', event: 'STOP_REQUESTED', actor: 'key_1' }],
    [
      'the kernel killed its main process because it used all its memory',
      { state: 'stopped', event: 'STOP_SUCCEEDED', row: { reason: endReason(end, false) } },
    ],
    [
      'it was found ended when the engine could be reached again',
      { state: 'stopping', event: 'CONTAINER_EXITED', row: { reason: endReason(end, true) } },
    ],
    [
      'its start failed: no such image',
      { state: 'stopped', event: 'STOP_SUCCEEDED', row: { reason: reasonOf('start_failed', 'no such image') } },
    ],
    [
      'it was idle for too long',
      { state: 'paused', event: 'PAUSE_SUCCEEDED', row: { reason: deadlineReason('idleStopAt') } },
    ],
    [
      'it was stopped for as long as it is kept',
      { state: 'deleting', event: 'DEADLINE_PASSED', row: { reason: deadlineReason('stopAt') } },
    ],
    [
      'it was to be deleted once it had stopped',
      { state: 'deleting', event: 'DEADLINE_PASSED', row: { deleteAfterStop: true } },
    ],
    [
      'of this: cannot thaw',
      { state: 'stopped', event: 'STOP_SUCCEEDED', row: { reason: reasonOf('crashed', 'cannot thaw') } },
    ],
    ['of SOMETHING_NEW', { state: 'running', event: 'SOMETHING_NEW' }],
  ])('%s', (why, story) => {
    expect(sentence(story)).toMatch(new RegExp(` because ${why};`));
  });
});

describe('time', () => {
  it.each([
    [-1, '0 s'],
    [1_400, '1 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [3_605_000, '1 h'],
    [93_600_000, '1 d 2 h'],
  ])('%i ms are %s', (ms, words) => {
    expect(spanWords(ms)).toBe(words);
  });

  it('of day has its date where that is not today', () => {
    expect(clockWords(SINCE_MS, NOW_MS)).toBe('12:00:01 UTC');
    expect(clockWords(SINCE_MS, NOW_MS + 86_400_000)).toBe('2026-08-01 12:00:01 UTC');
  });
});
