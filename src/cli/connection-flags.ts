import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from '../sdk/index.ts';
import { httpFetch } from './http-fetch.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConnectionFlags {
  readonly url?: string;
  readonly key?: string;
}

const DEFAULT_URL = 'http://127.0.0.1:4747';

/**
 * Address and key from flags, else from the environment. Where neither has a key and the service is on this machine, the
 * first admin key in the data directory; it is never sent elsewhere.
 */
export function connectionOptions(flags: ConnectionFlags, env: Environment): ConnectionOptions {
  const url = flags.url || env['SANDGLASS_URL'] || DEFAULT_URL;
  const apiKey = flags.key || env['SANDGLASS_API_KEY'] || (isThisMachine(url) ? firstAdminKey(env) : undefined);
  return { url, apiKey, fetch: httpFetch };
}

export function isThisMachine(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function firstAdminKey(env: Environment): string | undefined {
  try {
    return readFileSync(join(env['SANDGLASS_DATA_DIR'] || './data', 'admin.key'), 'utf8').trim() || undefined;
  } catch {
    return undefined; // the service then says that it needs a key
  }
}
