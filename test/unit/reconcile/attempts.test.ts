import { describe, expect, it } from 'vitest';
import { SandboxError } from '../../../src/domain/errors.ts';
import { attempts } from '../../../src/reconcile/attempts.ts';

const failed = { atMs: 20, nextAtMs: 30 };

describe('attempts', () => {
  it('remember the last failure while the next try is under way, and count', () => {
    const tried = attempts();
    tried.begin('a', 'stopContainer', 10);
    expect(tried.find('a')).toEqual({ job: 'stopContainer', count: 1, atMs: 10, error: null, nextAtMs: null });
    tried.fail('a', new SandboxError('engine_unavailable', 'Gone.'), failed);
    expect(tried.find('a')).toEqual({ job: 'stopContainer', count: 1, atMs: 20, error: 'Gone.', nextAtMs: 30 });
    tried.begin('a', 'stopContainer', 31);
    expect(tried.find('a')).toEqual({ job: 'stopContainer', count: 2, atMs: 31, error: 'Gone.', nextAtMs: null });
  });

  it('begin anew with another job, and end with success', () => {
    const tried = attempts();
    tried.begin('a', 'startContainer', 10);
    tried.fail('a', new SandboxError('engine_unavailable', 'Gone.'), failed);
    tried.begin('a', 'stopContainer', 40);
    expect(tried.find('a')).toMatchObject({ count: 1, error: null });
    tried.forget('a');
    expect(tried.find('a')).toBeUndefined();
  });

  it('never show what a bug threw', () => {
    const tried = attempts();
    tried.begin('a', 'stopContainer', 10);
    tried.fail('a', new TypeError('the secret cause'), failed);
    expect(tried.find('a')?.error).toMatch(/^An internal error/);
  });

  it('are bounded: the oldest is forgotten first', () => {
    const tried = attempts(2);
    for (const id of ['a', 'b', 'a', 'c']) tried.begin(id, 'stopContainer', 10);
    expect(['a', 'b', 'c'].filter((id) => tried.find(id) !== undefined)).toEqual(['a', 'c']);
  });
});
