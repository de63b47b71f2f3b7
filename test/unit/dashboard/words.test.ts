import { describe, expect, it } from 'vitest';
import { bytes, countdown, duration, roughly, shortCountdown } from '../../../src/dashboard/format.ts';
import { withLines } from '../../../src/dashboard/sandbox/log-rows.ts';
import { joined, parentOf } from '../../../src/dashboard/sandbox/paths.ts';
import { EMPTY_FORM, wishOf } from '../../../src/dashboard/start/start-form.ts';

const DAY = 86_400_000;

describe('what the dashboard writes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [200 * 1024 ** 2, '200 MiB'],
    [1024 ** 5, '1024 TiB'],
  ])('%d bytes as %s', (count, text) => expect(bytes(count)).toBe(text));

  it.each([
    [-5, '0:00', '0:00'],
    [65_999, '1:05', '1:05'],
    [3_600_000, '1:00:00', '1:00:00'],
    [2 * DAY + 3_661_000, '2 d 1:01:01', '2 d 1 h'],
  ])('%d ms to go as %s, or %s', (spanMs, long, short) => {
    expect([countdown(spanMs), shortCountdown(spanMs)]).toEqual([long, short]);
  });

  it('spans by their largest unit, and durations by what can be told', () => {
    expect([999, 61_000, 7_300_000, 3 * DAY].map(roughly)).toEqual(['0 s', '1 min', '2 h', '3 d']);
    expect([3.52, 412.4, 2_410, 180_000].map(duration)).toEqual(['3.5 ms', '412 ms', '2.41 s', '3 min']);
  });

  it('folders and names as paths', () => {
    expect(['/a/b', '/a/b/', '/a', '/'].map(parentOf)).toEqual(['/a', '/a', '/', '/']);
    expect([joined('/', 'x'), joined('/a', 'x')]).toEqual(['/x', '/a/x']);
  });
});

describe('rows of a log', () => {
  const line = (text: string, more = {}) => ({
    at: '2026-01-01T00:00:00.000Z',
    stream: 'stdout' as const,
    text,
    ...more,
  });

  it('join the parts of a line, each stream by itself, without colours', () => {
    const rows = withLines([], [line('one ', { partial: true }), line('line'), line('\u001b[31mred\u001b[0m\r')]);
    expect(rows.map(({ text }) => text)).toEqual(['one line', 'red']);
    const mixed = withLines([], [line('a', { partial: true }), line('b', { stream: 'stderr' })]);
    expect(mixed.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  it('are the newest 5,000, and keep their keys', () => {
    const first = withLines([], [line('first')]);
    const rows = withLines(
      first,
      Array.from({ length: 5_000 }, (_, index) => line(String(index))),
    );
    expect(rows).toHaveLength(5_000);
    expect([rows[0]?.text, rows[0]?.key, rows.at(-1)?.text]).toEqual(['0', 2, '4999']);
  });
});

describe('the start form', () => {
  it('asks for nothing that is left empty', () => {
    expect(wishOf(EMPTY_FORM)).toEqual({
      ...{ template: 'base', labels: {}, env: {}, resources: {}, network: { internet: true } },
      lifetime: { onTimeout: 'stop' },
    });
  });

  it('takes words, pairs and numbers as they are written', () => {
    const form = {
      ...{
        ...EMPTY_FORM,
        template: '',
        image: 'python:3.12',
        timeout: 'none',
        idle: '60',
        cpus: '0.5',
        internet: 'no',
      },
      ...{ command: ' python3 -m  http.server ', labels: 'project: demo\n\nplain', env: 'URL=http://x?a=b\n' },
    };
    expect(wishOf(form)).toEqual({
      image: 'python:3.12',
      command: ['python3', '-m', 'http.server'],
      labels: { project: 'demo', plain: '' },
      env: { URL: 'http://x?a=b' },
      resources: { cpus: 0.5 },
      network: { internet: false },
      lifetime: { timeoutSeconds: null, idleSeconds: 60, onTimeout: 'stop' },
    });
    expect(wishOf({ ...form, command: '["bash", "-c", "echo 1 2"]' }).command).toEqual(['bash', '-c', 'echo 1 2']);
  });
});
