import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';
import { SandboxError } from '../../../domain/errors.ts';

type Endpoint = Pick<RedisOptions, 'host' | 'port' | 'path' | 'db' | 'username' | 'password' | 'tls'>;

export interface RedisTarget {
  readonly endpoint: Endpoint;
  /** The address without user and password: for people, logs and status. */
  readonly shownAs: string;
}

const DEFAULT_PORT = 6379;

/**
 * Reads `redis[s]://[user[:password]@]host[:port][/db]` and `unix:///path[?db=0&username=..&password=..]`.
 * Throws `invalid_request` for anything else; the error never repeats the address, which may hold a password.
 */
export function redisTarget(url: string): RedisTarget {
  const parsed = parsedUrl(url);
  switch (parsed.protocol) {
    case 'redis:':
    case 'rediss:':
      return hostTarget(parsed);
    case 'unix:':
      return unixTarget(parsed);
    default:
      throw notAnAddress('its scheme is not known');
  }
}

export function socketTarget(socketPath: string): RedisTarget {
  return { endpoint: { path: socketPath }, shownAs: `unix://${socketPath}` };
}

function hostTarget(url: URL): RedisTarget {
  const host = url.hostname.replace(/^\[|\]$/g, '') || 'localhost';
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port);
  const db = databaseNumber(url.pathname.slice(1) || url.searchParams.get('db'));
  // Node sends no server name by itself (tls.connect), and names are not for addresses (RFC 6066).
  const tls = url.protocol === 'rediss:' ? { tls: isIP(host) === 0 ? { servername: host } : {} } : {};
  return {
    endpoint: { host, port, db, ...tls, ...credentials(decoded(url.username), decoded(url.password)) },
    shownAs: `${url.protocol}//${isIP(host) === 6 ? `[${host}]` : host}:${port}/${db}`,
  };
}

function unixTarget(url: URL): RedisTarget {
  const path = decoded(url.pathname);
  if (url.host !== '' || !path.startsWith('/')) throw notAnAddress('the path of the socket is not absolute');
  const db = databaseNumber(url.searchParams.get('db'));
  const { searchParams } = url;
  return {
    endpoint: { path, db, ...credentials(searchParams.get('username') ?? '', searchParams.get('password') ?? '') },
    shownAs: `unix://${path}${db === 0 ? '' : `?db=${db}`}`,
  };
}

function credentials(username: string, password: string): Endpoint {
  if (password === '') return {};
  return { password, ...(username === '' ? {} : { username }) };
}

function databaseNumber(text: string | null): number {
  if (text === null) return 0;
  if (!/^\d{1,4}$/.test(text)) throw notAnAddress('its database is not a number');
  return Number(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notAnAddress('a % in it begins no percent-encoded character');
  }
}

function parsedUrl(url: string): URL {
  if (!URL.canParse(url)) throw notAnAddress('it is not a URL');
  return new URL(url);
}

function notAnAddress(reason: string): SandboxError {
  return new SandboxError('invalid_request', `SANDGLASS_REDIS_URL is not an address of Redis: ${reason}.`, {
    hint: 'Use embedded, memory, redis://host:6379/0, rediss://host:6379/0 or unix:///path/to/socket.',
  });
}
