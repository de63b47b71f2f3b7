import { type ConnectionOptions, createKey, listKeys, revokeKey } from '../../sdk/index.ts';
import type { KeysAccess } from './keys-access.ts';

export function remoteKeys(options: ConnectionOptions): KeysAccess {
  return {
    create: (wish) => createKey(wish, options),
    list: () => listKeys(options),
    revoke: (id) => revokeKey(id, options),
  };
}
