import { timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';
import type { Tokens } from '../ports/tokens.ts';
import { type Refusal, refusal } from './refusal.ts';
import { isSameSecret } from './same-secret.ts';
import type { Candidate, SignedCandidates } from './signed-candidates.ts';
import type { Sign, SignedUrl } from './signed-url.ts';

export interface SignedSearchDeps {
  readonly candidates: SignedCandidates;
  readonly tokens: Pick<Tokens, 'accessToken'>;
  readonly clock: Clock;
  readonly sign: Sign;
}

export type SignedSearch = (
  url: SignedUrl,
  client: string,
) => Promise<{ readonly id: string } | { readonly refused: Refusal }>;

const MOST_REMEMBERED = 10_000;
const MOST_AT_ONCE = 4;
const MOST_QUEUED = 64;
const SLICE = 500;
const MISSES_PER_SECOND = 20;

/** Finds the sandbox whose token made a signature, in bounded turns; the agent inside checks it once more. */
export function signedSearch(deps: SignedSearchDeps): SignedSearch {
  const remembered = new Map<string, string>();
  const accessTokens = new WeakMap<Candidate, string>();
  const misses = missCounter(deps.clock);
  const turns = turnstile();
  return async (url, client) => {
    const known = remembered.get(url.signature);
    if (known !== undefined) {
      remembered.delete(url.signature);
      remembered.set(url.signature, known);
      return { id: known };
    }
    if (misses.isOver(client) || turns.isFull()) return { refused: tooMany() };
    // Counted before the search, so that many at once are as bounded as one after the other.
    misses.add(client, 1);
    const id = await turns.take(() => search(deps, url, accessTokens));
    if (id === undefined) return { refused: refusal('unauthenticated', 'invalid signature') };
    misses.add(client, -1);
    remembered.set(url.signature, id);
    const oldest = remembered.keys().next().value;
    if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    return { id };
  };
}

async function search(
  { candidates, tokens, sign }: SignedSearchDeps,
  url: SignedUrl,
  known: WeakMap<Candidate, string>,
): Promise<string | undefined> {
  const all = await candidates.newestFirst();
  // Hashed on neither side, as a single comparison would be: this is done for each sandbox there is.
  const given = Buffer.from(url.signature);
  const isGiven = (signature: string) => {
    const made = Buffer.from(signature);
    return made.length === given.length && timingSafeEqual(made, given);
  };
  const tokenOf = (candidate: Candidate) => {
    const token = known.get(candidate) ?? tokens.accessToken(candidate.id);
    known.set(candidate, token);
    return token;
  };
  for (let from = 0; from < all.length; from += SLICE) {
    if (from > 0) await nextTurn();
    const found = all.slice(from, from + SLICE).find((candidate) => isGiven(sign(url.file, tokenOf(candidate))));
    if (found !== undefined) return found.id;
  }
  return undefined;
}

/** Whether a signature is one of this sandbox. */
export function isSignedBy(
  { tokens, sign }: Pick<SignedSearchDeps, 'tokens' | 'sign'>,
  { file, signature }: SignedUrl,
  id: string,
): boolean {
  return isSameSecret(signature, sign(file, tokens.accessToken(id)));
}

function tooMany(): Refusal {
  return { ...refusal('rate_limited', 'Too many signatures that no sandbox made; try again later'), retryAfter: 1 };
}

function missCounter(clock: Clock) {
  let second = Number.NaN;
  const counts = new Map<string, number>();
  const turn = () => {
    const now = Math.floor(clock.monotonicMs() / 1000);
    if (now === second) return;
    second = now;
    counts.clear();
  };
  return {
    isOver(client: string) {
      turn();
      return (counts.get(client) ?? 0) >= MISSES_PER_SECOND;
    },
    add(client: string, change: number) {
      turn();
      counts.set(client, Math.max(0, (counts.get(client) ?? 0) + change));
    },
  };
}

/** So many at once, a few more in line. */
function turnstile() {
  let running = 0;
  const line: (() => void)[] = [];
  return {
    isFull: () => running >= MOST_AT_ONCE && line.length >= MOST_QUEUED,
    async take<T>(work: () => Promise<T>): Promise<T> {
      if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => line.push(resolve));
      else running += 1;
      try {
        return await work();
      } finally {
        const next = line.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
