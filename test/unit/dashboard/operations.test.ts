import { describe, expect, it } from 'vitest';
import { operationsOf, type Told } from '../../../src/dashboard/live/operations.ts';

type Transition = Told['transition'];

let seq = 0;
const instant = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
const told = (
  sandboxId: string,
  second: number,
  part: Pick<Transition, 'from' | 'to' | 'event'> & Partial<Transition>,
): Told => {
  seq += 1;
  const transition = { number: seq, seq, actor: 'key_1', incarnation: 1, at: instant(second), ...part };
  return { sandboxId, tenant: 'acme', transition };
};
const started = (id: string, second: number) => [
  told(id, second, { from: null, to: 'pending', event: 'START_REQUESTED' }),
  told(id, second + 1, { from: 'pending', to: 'running', event: 'START_SUCCEEDED', actor: 'system' }),
];

describe('operationsOf', () => {
  it('joins what began a piece of work and what settled it', () => {
    const [start, ...others] = operationsOf(started('a', 0));
    expect(others).toEqual([]);
    expect(start).toMatchObject({ verb: 'start', sandboxId: 'a', tenant: 'acme', actor: 'key_1', outcome: 'done' });
    expect(Number(start?.endedMs) - Number(start?.beganMs)).toBe(1_000);
  });

  it('keeps the work of different sandboxes apart', () => {
    const [a, b] = [started('a', 0), started('b', 0)];
    const mixed = [a[0], b[0], b[1], a[1]].flatMap((one) => one ?? []);
    expect(operationsOf(mixed).map(({ sandboxId, outcome }) => `${sandboxId} ${outcome}`)).toEqual([
      'a done',
      'b done',
    ]);
  });

  it('has no end for work that runs', () => {
    const operations = operationsOf([
      ...started('a', 0),
      told('a', 5, { from: 'running', to: 'stopping', event: 'STOP_REQUESTED', reason: 'requested' }),
    ]);
    expect(operations.at(-1)).toMatchObject({ verb: 'stop', endedMs: null, outcome: 'running' });
  });

  it('calls a start that ends in a stop failed, and says why', () => {
    const operations = operationsOf([
      told('a', 0, { from: null, to: 'pending', event: 'START_REQUESTED' }),
      told('a', 1, { from: 'pending', to: 'stopping', event: 'START_FAILED', reason: 'start_failed' }),
      told('a', 2, { from: 'stopping', to: 'stopped', event: 'STOP_SUCCEEDED', reason: 'start_failed' }),
    ]);
    expect(operations).toEqual([
      expect.objectContaining({
        verb: 'start',
        outcome: 'failed',
        reason: 'start_failed',
        endedMs: Date.parse(instant(2)),
      }),
    ]);
  });

  it('ends work that another wish took over', () => {
    const operations = operationsOf([
      told('a', 0, { from: null, to: 'pending', event: 'START_REQUESTED' }),
      told('a', 1, { from: 'pending', to: 'stopping', event: 'STOP_REQUESTED', reason: 'requested', actor: 'key_2' }),
      told('a', 2, { from: 'stopping', to: 'stopped', event: 'STOP_SUCCEEDED', reason: 'requested' }),
    ]);
    expect(operations.map(({ verb, outcome, actor }) => [verb, outcome, actor])).toEqual([
      ['start', 'superseded', 'key_1'],
      ['stop', 'done', 'key_2'],
    ]);
  });

  it.each([
    ['expired', 'timeout', 'done'],
    ['idle', 'idle timeout', 'done'],
  ] as const)('calls a deadline by what passed: %s', (reason, verb, outcome) => {
    const operations = operationsOf([
      told('a', 0, { from: 'running', to: 'stopping', event: 'DEADLINE_PASSED', reason, actor: 'system' }),
      told('a', 1, { from: 'stopping', to: 'stopped', event: 'STOP_SUCCEEDED', reason, actor: 'system' }),
    ]);
    expect(operations.map((one) => [one.verb, one.outcome])).toEqual([[verb, outcome]]);
  });

  it.each([
    ['exited', 'done'],
    ['crashed', 'failed'],
    ['oom_killed', 'failed'],
  ] as const)('judges an end by itself by its reason: %s is %s', (reason, outcome) => {
    const operations = operationsOf([
      told('a', 0, { from: 'running', to: 'stopping', event: 'CONTAINER_EXITED', reason, actor: 'system' }),
      told('a', 1, { from: 'stopping', to: 'stopped', event: 'STOP_SUCCEEDED', reason, actor: 'system' }),
    ]);
    expect(operations.map((one) => [one.verb, one.outcome])).toEqual([['exit', outcome]]);
  });

  it('begins with the claim of what the pool had made ready, and tells nothing of the time before', () => {
    const operations = operationsOf([
      told('a', 0, { from: null, to: 'warming', event: 'START_REQUESTED', actor: 'system' }),
      told('a', 1, { from: 'warming', to: 'warm', event: 'START_SUCCEEDED', actor: 'system' }),
      told('a', 9, { from: 'warm', to: 'pending', event: 'CLAIMED' }),
      told('a', 9, { from: 'pending', to: 'running', event: 'START_SUCCEEDED', actor: 'system' }),
    ]);
    expect(operations.map(({ verb, beganMs }) => [verb, beganMs])).toEqual([['start', Date.parse(instant(9))]]);
  });
});
