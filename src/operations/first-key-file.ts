import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { join } from 'node:path';
import { SandboxError } from '../domain/errors.ts';
import { acceptGivenKey, adminKey, createKey, hasUsableKey, type KeyDeps, newSecret } from './api-keys.ts';

export interface FirstKeyFile {
  /** The secret when it was made just now: to be shown once. */
  readonly secret: string | null;
  /** Where the first key made here is kept, mode 0600. */
  readonly path: string;
}

/**
 * Makes sure that the service has a key before it listens: on a loopback address a first admin key is made and kept in
 * the data directory; on any other address there must be one already. Throws `forbidden` then.
 */
export async function openWithKey(
  deps: KeyDeps,
  place: {
    readonly dataDir: string;
    readonly host: string;
    readonly given: string | null;
  },
): Promise<FirstKeyFile> {
  const path = join(place.dataDir, 'admin.key');
  if (place.given !== null) await acceptGivenKey(deps, place.given);
  if (await hasUsableKey(deps)) return { secret: null, path };
  if (!isLoopback(place.host)) {
    throw new SandboxError('forbidden', `Refusing to listen on ${place.host} without any API key.`, {
      hint: 'Start once on 127.0.0.1, which makes a first key, or set SANDGLASS_ADMIN_KEY.',
    });
  }
  // The file first: a key that only the database knows would lock everybody out.
  const secret = newSecret(deps);
  mkdirSync(place.dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  await createKey(deps, adminKey('first admin'), secret);
  return { secret, path };
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(host, host.includes(':') ? 'ipv6' : 'ipv4');
}
