import {
  type KeyView,
  keyBodySchema,
  keyListSchema,
  keyPathSchema,
  keyViewSchema,
  newKeyViewSchema,
} from '../../contract/api-key.ts';
import { createKey, listKeys, revokeKey } from '../../operations/api-keys.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { isoInstant, maybeInstant } from '../instants.ts';

type ApiKey = Awaited<ReturnType<typeof revokeKey>>;

const keys = { tag: 'Keys', role: 'admin' } as const;

export function addKeyRoutes(http: Http): void {
  const { operations } = http.deps;
  addEndpoint(
    http,
    {
      ...{ ...keys, method: 'post', path: '/v1/admin/keys', operationId: 'createKey' },
      summary: 'Make an API key; its secret is told once, here',
      body: keyBodySchema,
      answers: { 201: { description: 'Made; `key` is the secret', schema: newKeyViewSchema } },
    },
    async ({ c, body: { expiresAt, ...wish } }) => {
      const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt);
      const { key, secret } = await createKey(operations, { ...wish, expiresAtMs });
      return c.json({ ...keyView(key), key: secret }, 201);
    },
  );
  addEndpoint(
    http,
    {
      ...{ ...keys, method: 'get', path: '/v1/admin/keys', operationId: 'listKeys' },
      summary: 'All API keys without their secrets, oldest first',
      answers: { 200: { description: 'Expired and revoked ones too', schema: keyListSchema } },
    },
    async ({ c }) => c.json({ items: (await listKeys(operations)).map(keyView) }, 200),
  );
  addEndpoint(
    http,
    {
      ...{ ...keys, method: 'delete', path: '/v1/admin/keys/{id}', operationId: 'revokeKey' },
      summary: 'Revoke an API key: from now on it is refused',
      params: keyPathSchema,
      answers: { 200: { description: 'Revoked, now or before', schema: keyViewSchema } },
      errors: ['not_found'],
    },
    async ({ c, params: { id } }) => c.json(keyView(await revokeKey(operations, id)), 200),
  );
}

function keyView({ id, tenant, role, name, quota, createdAtMs, expiresAtMs, revokedAtMs }: ApiKey): KeyView {
  return {
    ...{ id, tenant, role, name, quota: { ...quota } },
    createdAt: isoInstant(createdAtMs),
    expiresAt: maybeInstant(expiresAtMs),
    revokedAt: maybeInstant(revokedAtMs),
  };
}
