import type { IncomingHttpHeaders } from 'node:http';
import { authenticate, type KeyDeps } from '../operations/api-keys.ts';
import type { Caller } from '../operations/caller.ts';
import type { HttpContext } from './http-deps.ts';

/** Whose key it is, noted among the facts of the request. Throws `unauthenticated`. */
export async function authenticateCaller(deps: KeyDeps, c: HttpContext): Promise<Caller> {
  const caller = await authenticate(deps, keyOf(c.req.header()));
  const facts = c.get('facts');
  facts.keyId = caller.keyId;
  facts.tenant = caller.tenant;
  return caller;
}

/** The key that a request shows in a header. */
export function keyOf(
  headers: Pick<IncomingHttpHeaders, 'authorization'> & { 'x-api-key'?: string | string[] },
): string | undefined {
  const { 'x-api-key': key, authorization } = headers;
  return typeof key === 'string' ? key : bearerToken(authorization);
}

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
