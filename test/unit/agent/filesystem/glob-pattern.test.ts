import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandBraces, globPattern } from '../../../../src/agent/filesystem/glob-pattern.ts';

test.each([
  ['*.ts', 'a.ts', true],
  ['*.ts', 'a/b.ts', false],
  ['**/*.ts', 'b.ts', true],
  ['**/*.ts', 'a/b/c.ts', true],
  ['a/**', 'a/b/c', true],
  ['a/**', 'a', true],
  ['a/**/z', 'a/z', true],
  ['a/**/z', 'a/b/c/z', true],
  ['a/**/z', 'b/z', false],
  ['?.md', 'a.md', true],
  ['?.md', 'ab.md', false],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[]]x', ']x', true],
  ['[a', '[a', true],
  ['*.{ts,js}', 'x.js', true],
  ['{a,b/{c,d}}/e', 'b/d/e', true],
  ['{a}', '{a}', true],
  ['\\*', '*', true],
  ['\\*', 'a', false],
  ['*', '.env', true],
  ['./a', 'a', true],
])('%s and %s: %s', (pattern, path, isMeant) => {
  expect(globPattern(pattern).matches(path)).toBe(isMeant);
});

test('a path without special letters means itself only', () => {
  const name = fc
    .string({ minLength: 1, unit: fc.constantFrom('a', 'b', '.', '-', ' ', 'ü') })
    .filter((one) => one !== '.');
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 4 }),
      fc.array(name, { minLength: 1, maxLength: 4 }),
      (one, other) => {
        expect(globPattern(one.join('/')).matches(other.join('/'))).toBe(one.join('/') === other.join('/'));
      },
    ),
  );
});

test('agrees with a regular expression for stars and question marks', () => {
  const pattern = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('a', 'b', '*', '?') });
  const name = fc.string({ minLength: 1, maxLength: 10, unit: fc.constantFrom('a', 'b') });
  fc.assert(
    fc.property(
      pattern.filter((one) => one !== '**'),
      name,
      (glob, text) => {
        const expression = new RegExp(`^${glob.replace(/\*+/g, '.*').replaceAll('?', '.')}$`);
        expect(globPattern(glob).matches(text)).toBe(expression.test(text));
      },
    ),
  );
});

test('answers soon, whatever the pattern', () => {
  const startedAt = performance.now();
  expect(globPattern(`${'*a'.repeat(100)}b`).matches('a'.repeat(255))).toBe(false);
  expect(globPattern(`${'**/a/'.repeat(50)}b`).matches('a/'.repeat(1000))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(500);
});

test('refuses a pattern that stands for too many', () => {
  expect(() => expandBraces('{a,b}'.repeat(12))).toThrow('at most 256');
  expect(() => globPattern('')).toThrow('1 to 1024');
});

test('knows how deep it can reach', () => {
  expect(globPattern('a/*/b').depth).toBe(3);
  expect(globPattern('a/**').depth).toBe(Number.POSITIVE_INFINITY);
});
