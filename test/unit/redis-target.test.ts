import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/store/live/redis/backoff.ts';
import { redisTarget } from '../../src/store/live/redis/redis-target.ts';

describe('an address of Redis', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }, 'redis://localhost:6379/0'],
    ['redis://10.0.0.1:7000/3', { host: '10.0.0.1', port: 7000, db: 3 }, 'redis://10.0.0.1:7000/3'],
    ['redis://[::1]:7000', { host: '::1', port: 7000, db: 0 }, 'redis://[::1]:7000/0'],
    ['redis://host/?db=2', { host: 'host', port: 6379, db: 2 }, 'redis://host:6379/2'],
    ['redis://:p%40ss@host', { host: 'host', port: 6379, db: 0, password: 'p@ss' }, 'redis://host:6379/0'],
    [
      'redis://us%65r:100%25@host',
      { host: 'host', port: 6379, db: 0, username: 'user', password: '100%' },
      'redis://host:6379/0',
    ],
    ['rediss://host', { host: 'host', port: 6379, db: 0, tls: { servername: 'host' } }, 'rediss://host:6379/0'],
    ['rediss://10.0.0.1', { host: '10.0.0.1', port: 6379, db: 0, tls: {} }, 'rediss://10.0.0.1:6379/0'],
    ['unix:///run/redis.sock', { path: '/run/redis.sock', db: 0 }, 'unix:///run/redis.sock'],
    [
      'unix:///run/my%20redis.sock?db=4&password=a%25b',
      { path: '/run/my redis.sock', db: 4, password: 'a%b' },
      'unix:///run/my redis.sock?db=4',
    ],
  ])('%s is read, and shown without its secrets', (url, endpoint, shownAs) => {
    expect(redisTarget(url)).toEqual({ endpoint, shownAs });
  });

  it.each([
    'redis',
    'http://host',
    'redis://host:secret',
    'redis://:secret@host/one',
    'redis://:secret%@host',
    'unix://relative/secret.sock',
    'unix:///x?db=-1&password=secret',
  ])('%s is refused without being repeated', (url) => {
    const refused = expect(() => redisTarget(url));
    refused.toThrow(expect.objectContaining({ code: 'invalid_request', hint: expect.stringContaining('unix://') }));
    refused.not.toThrow(/secret/);
  });
});

describe('the wait before a retry', () => {
  it.each([
    { attempt: 1, shortest: 100, longest: 200 },
    { attempt: 2, shortest: 100, longest: 400 },
    { attempt: 5, shortest: 100, longest: 2_000 },
    { attempt: 1_000_000, shortest: 100, longest: 2_000 },
  ])('number $attempt is $shortest to $longest ms', ({ attempt, shortest, longest }) => {
    expect(backoffMs(attempt, () => 0)).toBe(shortest);
    expect(backoffMs(attempt, () => 1)).toBe(longest);
  });
});
