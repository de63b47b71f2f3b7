import { openLocalKeys } from '../../compose/installation.ts';
import type { Config } from '../../config.ts';
import type { KeyView, NewKey } from '../../sdk/index.ts';
import type { KeysAccess } from './keys-access.ts';

type LocalKeys = ReturnType<typeof openLocalKeys>;
type StoredKey = Awaited<ReturnType<LocalKeys['list']>>[number];

/** The keys in the database of `config`, which is made when it is not there; works beside a service that runs. */
export async function withLocalKeys<T>(config: Config, work: (keys: KeysAccess) => Promise<T>): Promise<T> {
  const keys = openLocalKeys(config);
  try {
    return await work(localAccess(keys));
  } finally {
    keys.close();
  }
}

function localAccess(keys: LocalKeys): KeysAccess {
  return {
    async create(wish) {
      const { key, secret } = await keys.create(storedWish(wish));
      return { ...viewOf(key), key: secret };
    },
    list: async () => (await keys.list()).map(viewOf),
    revoke: async (id) => void (await keys.revoke(id)),
  };
}

function storedWish({ tenant, role = 'user', name = 'unnamed', ...wish }: NewKey): Parameters<LocalKeys['create']>[0] {
  const { sandboxes = null, cpus = null, memoryMb = null } = wish.quota ?? {};
  const expiresAtMs = wish.expiresAt == null ? null : Date.parse(wish.expiresAt);
  return { tenant, role, name, quota: { sandboxes, cpus, memoryMb }, expiresAtMs };
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
