import { openConnection } from './connection.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { SandglassError } from './sandglass-error.ts';
import type { KeyView, NewKey, NewKeyView } from './wire.ts';

const PATH = '/v1/admin/keys';

/** A new key for a tenant; its secret, `key`, is in this answer only. Needs an admin key, as all of these do. */
export async function createKey(wish: NewKey, options: ConnectionOptions = {}): Promise<NewKeyView> {
  // Sent once: a repeat would make a second key.
  const call = { method: 'POST', path: PATH, body: wish, isRepeatable: false } as const;
  const { status, body } = await openConnection(options).ask(call);
  if (typeof body === 'object' && body !== null && 'key' in body) {
    return body as NewKeyView; // the service validates what it sends against the schema that this type is made from
  }
  throw new SandglassError('unexpected_answer', 'The answer is not a key.', { status });
}

/** All of them, expired and revoked ones too. */
export async function listKeys(options: ConnectionOptions = {}): Promise<readonly KeyView[]> {
  const { status, body } = await openConnection(options).ask({ method: 'GET', path: PATH, isRepeatable: true });
  if (typeof body === 'object' && body !== null && 'items' in body && Array.isArray(body.items)) {
    return body.items as KeyView[]; // the service validates what it sends against the schema that this type is made from
  }
  throw new SandglassError('unexpected_answer', 'The answer is not a list of keys.', { status });
}

/** From now on the key is refused; twice is once. Throws `not_found`. */
export async function revokeKey(id: string, options: ConnectionOptions = {}): Promise<void> {
  const path = `${PATH}/${encodeURIComponent(id)}`;
  await openConnection(options).ask({ method: 'DELETE', path, isRepeatable: true });
}
