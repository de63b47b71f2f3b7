import { createHash } from 'node:crypto';
import { openInstallation } from '../../compose.ts';
import type { Config } from '../../config.ts';
import { type KeyView, type NewKey, SandglassError } from '../../sdk/index.ts';
import type { KeysAccess } from './keys-access.ts';

type Installation = ReturnType<typeof openInstallation>;
type StoredKey = Awaited<ReturnType<Installation['keys']['list']>>[number];

/** The keys in the database of `config`, which is made when it is not there; works beside a service that runs. */
export async function withLocalKeys<T>(config: Config, work: (keys: KeysAccess) => Promise<T>): Promise<T> {
  const installation = openInstallation(config);
  try {
    return await work(localKeys(installation));
  } finally {
    installation.connection.close();
  }
}

function localKeys({ keys, clock, ids }: Installation): KeysAccess {
  return {
    async create(wish) {
      const secret = `e2b_${ids.hex(20)}`;
      const key = storedKey(wish, `key_${ids.hex(8)}`, clock.nowMs());
      await keys.insert(key, createHash('sha256').update(secret).digest('hex'));
      return { ...viewOf(key), key: secret };
    },
    list: async () => (await keys.list()).map(viewOf),
    async revoke(id) {
      if ((await keys.revoke(id, clock.nowMs())) !== undefined) return;
      throw new SandglassError('not_found', `There is no key "${id}".`, { hint: '`sandglass keys list` shows them.' });
    },
  };
}

function storedKey({ tenant, role = 'user', name = 'unnamed', ...wish }: NewKey, id: string, nowMs: number): StoredKey {
  const { sandboxes = null, cpus = null, memoryMb = null } = wish.quota ?? {};
  const expiresAtMs = wish.expiresAt == null ? null : Date.parse(wish.expiresAt);
  const quota = { sandboxes, cpus, memoryMb };
  return { id, tenant, role, name, quota, createdAtMs: nowMs, expiresAtMs, revokedAtMs: null };
}

function viewOf({ createdAtMs, expiresAtMs, revokedAtMs, ...flat }: StoredKey): KeyView {
  const instant = (atMs: number | null) => (atMs === null ? null : new Date(atMs).toISOString());
  return {
    ...flat,
    createdAt: new Date(createdAtMs).toISOString(),
    expiresAt: instant(expiresAtMs),
    revokedAt: instant(revokedAtMs),
  };
}
