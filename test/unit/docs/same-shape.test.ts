import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../support/docs/same-shape.ts';
import { printedValues, shownValues } from '../../support/docs/shown-json.ts';

describe('JSON on a page', () => {
  it('may leave out parts with dots, and dots in strings stay', () => {
    expect(shownValues('{ "a": 1, ... }')).toEqual([{ a: 1 }]);
    expect(shownValues('{ "a": [1, 2, ...], "b": "x, ... }", ... }')).toEqual([{ a: [1, 2], b: 'x, ... }' }]);
    expect(shownValues('{"a":1}\n...\n{"b":"}"}')).toEqual([{ a: 1 }, { b: '}' }]);
  });

  it.each(['{ "a": }', '{ "a": 1 } and more', '{ a: 1 }', '{ "a": 1'])('is refused when it is none: %s', (text) => {
    expect(() => shownValues(text)).toThrow();
  });

  it('is found in what was printed among other lines', () => {
    expect(printedValues('said {x}\n{"a":{"b":"}"}}204\n[1]\n')).toEqual([{ a: { b: '}' } }, [1]]);
  });
});

describe('an answer that a page shows', () => {
  const came = JSON.stringify({
    ...{ id: 'naby88629s6krj892tcg', state: 'running', incarnation: 1, took: 3.5, at: '2026-11-24T07:03:34.770Z' },
    ...{ next: { action: 'stop' }, list: ['a', 'b'], none: null },
  });

  it.each([
    '{ "id": "abcde12345abcde12345", "took": 100, "at": "2027-01-01T00:00:00.000Z", ... }',
    '{ "state": "running", "next": { ... }, "list": ["a", ...], "none": null }',
    '{ "state": "run...", "incarnation": 1 }',
  ])('is the one that came: %s', (shown) => {
    expect(differenceOf('json', shown, `before ${came} after`)).toBeUndefined();
  });

  it.each([
    ['{ "state": "stopped" }', '.state is shown as "stopped" and was "running"'],
    ['{ "gone": "x" }', '.gone is shown as "x" and was undefined'],
    ['{ "took": "3.5" }', '.took is shown as "3.5" and was 3.5'],
    ['{ "incarnation": 2 }', '.incarnation is shown as 2 and was 1'],
    ['{ "next": { "action": "delete" } }', '.next.action is shown as "delete" and was "stop"'],
    ['{ "list": ["b"] }', '.list[0] is shown as "b" and was "a"'],
    ['{ "none": {} }', '.none is shown as {} and was null'],
  ])('is not: %s', (shown, difference) => {
    expect(differenceOf('json', shown, came)).toBe(difference);
  });

  it('is missed when nothing came, or in another order', () => {
    expect(differenceOf('json', '{"a":1}', 'no')).toBe('nothing came that is {"a":1}');
    expect(differenceOf('json', '{"type":"a"}\n{"type":"b"}', '{"type":"b"}\n{"type":"a"}')).toBeDefined();
  });

  it('is compared line by line where it is text', () => {
    const output = 'ID                    STATE\nnaby88629s6krj892tcg  running\ntook 12.5 ms\n204\n';
    expect(differenceOf('text', 'ID STATE\nabcde12345abcde12345 running\n...\n200', output)).toBeUndefined();
    expect(differenceOf('text', 'stopped in 2 d 23 h, 3s ago', 'stopped in 3 d, 10.5s ago')).toBeUndefined();
    expect(differenceOf('text', 'took ...', output)).toBeUndefined();
    expect(differenceOf('text', 'ID STATUS', output)).toContain('ID STATUS');
    expect(differenceOf('text', 'took 1 ms\nID STATE', output)).toContain('ID STATE');
  });
});
