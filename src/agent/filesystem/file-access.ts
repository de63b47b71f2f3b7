import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { agentHeaders } from '../../contract/agent.ts';
import { type FileOperation, fileSignature, signatureRefusals } from '../../contract/file-signature.ts';
import type { Account } from '../accounts.ts';
import { AgentError } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import type { AgentCall } from '../http/agent-call.ts';
import { type Session, sha256, userOf } from '../session.ts';

const WRONG_TOKEN = 'unauthorized access, please provide a valid access token or method signing if supported';

/** Throws `unauthenticated` unless the call has the access token, or a signature that holds for what it does. */
export function requireFileAccess(
  session: Session,
  { request, query }: Pick<AgentCall, 'request' | 'query'>,
  operation: FileOperation,
): void {
  const token = request.headers[agentHeaders.accessToken];
  // Whoever shows a token is judged by it alone.
  if (typeof token === 'string') {
    if (!session.isAccessToken(token)) throw new AgentError('unauthenticated', WRONG_TOKEN);
    return;
  }
  const signature = query.get('signature');
  if (signature === null) throw new AgentError('unauthenticated', signatureRefusals.missing);
  const expiration = query.get('signature_expiration');
  const isNumber = expiration === null || /^-?\d{1,15}$/.test(expiration);
  if (!isNumber) throw new AgentError('invalid_argument', 'signature_expiration must be a number of seconds');
  const expiresAtSeconds = expiration === null ? null : Number(expiration);
  const signed = { path: query.get('path') ?? '', operation, user: query.get('username') ?? '', expiresAtSeconds };
  const expected = fileSignature(signed, session.run().init.accessToken);
  if (!timingSafeEqual(sha256(signature), sha256(expected))) {
    throw new AgentError('unauthenticated', signatureRefusals.wrong);
  }
  if (expiresAtSeconds !== null && expiresAtSeconds < Math.floor(Date.now() / 1_000)) {
    throw new AgentError('unauthenticated', signatureRefusals.expired);
  }
}

/** Who owns what the call makes: the query's user, else that of the `Authorization`, else the default. */
export function fileUser(deps: AgentDeps, request: IncomingMessage, name: string | null): Account {
  if (name === null || name === '') return userOf(request.headers.authorization, deps.session, deps.accounts);
  return deps.accounts.get(name);
}
