import { authenticate, type KeyDeps } from '../operations/api-keys.ts';
import type { Caller } from '../operations/caller.ts';
import type { HttpContext } from './http-deps.ts';

/** Whose key it is. Throws `unauthenticated`. */
export function authenticateCaller(deps: KeyDeps, c: HttpContext): Promise<Caller> {
  return authenticate(deps, c.req.header('x-api-key') ?? bearerToken(c.req.header('authorization')));
}

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
