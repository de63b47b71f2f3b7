import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSameSecret } from '../../../src/proxy/same-secret.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Both sides of a comparison, as far as they stand next to it. */
const COMPARISON = /([\w.]+(?:\([^()]*\))?\)*|'[^']*')\s*[!=]==\s*([\w.]+(?:\([^()]*\))?|'[^']*')/g;
/** How names of secrets end in this code, calls too. */
const SECRET = /(token|secret|signature|apikey|secrethash|tokenhash)(\(.*\))?\)*$/i;
/** What is compared to find out whether there is one at all, or of which kind. */
const WORD = /^(undefined|null|'[^']*')$/;

function sources(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('gen/'))
    .map((name) => join(folder, name));
}

function comparisonsIn(text: string): readonly string[] {
  return text.split('\n').filter((line) =>
    [...line.matchAll(COMPARISON)].some(([, left = '', right = '']) => {
      if (/^\s*(\*|\/\/)/.test(line) || WORD.test(left) || WORD.test(right)) return false;
      return SECRET.test(left) || SECRET.test(right);
    }),
  );
}

describe('a secret', () => {
  it('is nowhere compared by ===, which takes longer the more of it is right', () => {
    const found = sources('src').flatMap((file) =>
      comparisonsIn(readFileSync(join(ROOT, file), 'utf8')).map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it('would be found by this search', () => {
    expect(comparisonsIn('if (given === expectedToken) return true;')).toHaveLength(1);
    expect(comparisonsIn('const ok = tokens.accessToken(id) !== given;')).toHaveLength(1);
    expect(comparisonsIn('sign(url.file, tokenOf(candidate)) === url.signature')).toHaveLength(1);
    expect(comparisonsIn('if (token === undefined || secret === null) return;')).toHaveLength(0);
  });

  it.each([
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'ab', false],
    ['', '', false],
    [undefined, 'a', false],
  ] as const)('%j is the same as %j: %s', (given, expected, answer) => {
    expect(isSameSecret(given, expected)).toBe(answer);
  });
});
