import { SandboxError } from '../domain/errors.ts';
import type { HttpContext } from './http-deps.ts';

export const LOOKS_LIKE_A_KEY = /e2b_[0-9a-f]{40}/i;

/** Refuses a target that cannot be decoded, and a key where logs and histories of browsers would keep it. */
export function checkTarget(c: HttpContext): void {
  const { pathname, search } = new URL(c.req.url);
  const query = decoded(search.replaceAll('+', ' '));
  if (decoded(pathname) === undefined || query === undefined) {
    throw new SandboxError('invalid_request', 'The address is not percent-encoded UTF-8.');
  }
  if (!LOOKS_LIKE_A_KEY.test(query)) return;
  throw new SandboxError('invalid_request', 'An API key does not belong into the address.', {
    hint: 'Send it as X-API-Key or as Authorization: Bearer, and make a new one: this one may be in logs now.',
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Parameters by name: a text, or the texts of one that is repeated. */
export function queryOf(c: HttpContext): Readonly<Record<string, string | readonly string[]>> {
  const { searchParams } = new URL(c.req.url);
  const names = [...new Set(searchParams.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
