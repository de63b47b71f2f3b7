import { AgentError } from '../agent-error.ts';

export interface GlobPattern {
  /** Whether a relative path with `/` between its parts is meant. */
  matches(relative: string): boolean;
  /** How deep what it means can lie; Infinity with `**`. */
  readonly depth: number;
}

type Token = { readonly kind: 'any' | 'one' } | { readonly kind: 'set'; readonly has: (letter: string) => boolean };
/** The tokens of one part of a path; `**` is any number of parts, none too. */
type Part = readonly Token[] | '**';

const MOST_ALTERNATIVES = 256;
const LONGEST_PATTERN = 1_024;

/**
 * `*` and `?` within a part (names that begin with a dot too), `[a-z]`, `[!a]`, `{one,other}`, `\` before a letter that
 * is meant as it is, `**` for any number of directories. Its time is bounded by path times pattern, whatever they are.
 * Throws `invalid_argument` for an empty or an immense pattern.
 */
export function globPattern(text: string): GlobPattern {
  if (text === '' || text.length > LONGEST_PATTERN) {
    throw new AgentError('invalid_argument', `A pattern has 1 to ${LONGEST_PATTERN} characters.`);
  }
  const alternatives = expandBraces(text).map((one) => partsOf(one));
  return {
    matches: (relative) => alternatives.some((parts) => matchParts(parts, relative.split('/'))),
    depth: Math.max(...alternatives.map((parts) => (parts.includes('**') ? Number.POSITIVE_INFINITY : parts.length))),
  };
}

/** `a{b,c}d` as `abd` and `acd`; a brace without its other half, or without a comma, is itself. */
export function expandBraces(text: string): string[] {
  const braces = firstBraces(text);
  if (braces === undefined) return [text];
  const { before, choices, after } = braces;
  const rest = expandBraces(after);
  const expanded = choices.flatMap(expandBraces).flatMap((choice) => rest.map((end) => before + choice + end));
  if (expanded.length > MOST_ALTERNATIVES) {
    throw new AgentError('invalid_argument', `A pattern stands for at most ${MOST_ALTERNATIVES} others.`);
  }
  return expanded;
}

function firstBraces(text: string): { before: string; choices: string[]; after: string } | undefined {
  for (let start = 0; start < text.length; start++) {
    if (text[start] === '\\') start++;
    else if (text[start] === '{') {
      const found = choicesFrom(text, start);
      if (found !== undefined) return { before: text.slice(0, start), ...found };
    }
  }
  return undefined;
}

function choicesFrom(text: string, start: number): { choices: string[]; after: string } | undefined {
  const choices: string[] = [];
  let level = 0;
  let from = start + 1;
  for (let at = start; at < text.length; at++) {
    const letter = text[at];
    if (letter === '\\') at++;
    else if (letter === '{') level++;
    else if (letter === ',' && level === 1) {
      choices.push(text.slice(from, at));
      from = at + 1;
    } else if (letter === '}' && --level === 0) {
      if (choices.length === 0) return undefined;
      return { choices: [...choices, text.slice(from, at)], after: text.slice(at + 1) };
    }
  }
  return undefined;
}

function partsOf(pattern: string): Part[] {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  return parts
    .map((part) => (part === '**' ? part : tokensOf(part)))
    .filter((part, at, all) => part !== '**' || all[at - 1] !== '**');
}

function tokensOf(part: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < part.length; at++) {
    const letter = part[at] ?? '';
    const set = letter === '[' ? setFrom(part, at) : undefined;
    if (set !== undefined) {
      tokens.push(set.token);
      at = set.end;
    } else if (letter === '*') {
      if (tokens.at(-1)?.kind !== 'any') tokens.push({ kind: 'any' });
    } else if (letter === '?') tokens.push({ kind: 'one' });
    else {
      const meant = letter === '\\' && at + 1 < part.length ? (part[++at] ?? '') : letter;
      tokens.push({ kind: 'set', has: (other) => other === meant });
    }
  }
  return tokens;
}

/** `[abc]`, `[a-z]`, `[!a]`, `[^a]`; a `]` right at the beginning is one of the letters. */
function setFrom(part: string, start: number): { token: Token; end: number } | undefined {
  const isNot = part[start + 1] === '!' || part[start + 1] === '^';
  const from = start + (isNot ? 2 : 1);
  const end = part.indexOf(']', from + 1);
  if (end === -1) return undefined;
  const ranges: [string, string][] = [];
  for (let at = from; at < end; at++) {
    const isRange = part[at + 1] === '-' && at + 2 < end;
    ranges.push([part[at] ?? '', part[isRange ? at + 2 : at] ?? '']);
    if (isRange) at += 2;
  }
  const isIn = (letter: string) => ranges.some(([first, last]) => letter >= first && letter <= last);
  return { token: { kind: 'set', has: (letter) => isIn(letter) !== isNot }, end };
}

function matchParts(parts: readonly Part[], names: readonly string[]): boolean {
  return wildcardMatch(
    parts,
    names,
    (part) => part === '**',
    (part, name) => part !== '**' && matchName(part, name),
  );
}

function matchName(tokens: readonly Token[], name: string): boolean {
  const isOne = (token: Token, letter: string) => token.kind === 'one' || (token.kind === 'set' && token.has(letter));
  return wildcardMatch(tokens, [...name], ({ kind }) => kind === 'any', isOne);
}

/** Whether the items are what the wanted ones say, where some of those stand for any number of items. */
function wildcardMatch<W, I>(
  wanted: readonly W[],
  items: readonly I[],
  isAny: (one: W) => boolean,
  isSame: (one: W, item: I) => boolean,
): boolean {
  let at = 0;
  let item = 0;
  let lastAny = -1;
  let resumeAt = 0;
  while (item < items.length) {
    const one = wanted[at];
    // Both are within their bounds here; an item may itself be falsy.
    if (one !== undefined && isAny(one)) {
      lastAny = at++;
      resumeAt = item;
    } else if (one !== undefined && isSame(one, items[item] as I)) {
      at++;
      item++;
    } else if (lastAny !== -1) {
      at = lastAny + 1;
      item = ++resumeAt;
    } else return false;
  }
  return wanted.slice(at).every(isAny);
}
