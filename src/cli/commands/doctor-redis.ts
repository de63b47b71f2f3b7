import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { type Check, fail, ok, warn } from './doctor-check.ts';

const DEADLINE_MS = 3_000;
const run = promisify(execFile);
/** Where servers are on systems whose PATH for users leaves them out. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin'];

/** `setting` is SANDGLASS_REDIS_URL. A Redis behind an address is only asked whether it takes connections. */
export async function checkRedis(setting: string, searchPath: string): Promise<Check> {
  if (setting === 'memory') {
    return warn('live store', 'kept in memory', 'Set SANDGLASS_REDIS_URL=embedded to look at it with redis-cli.');
  }
  return setting === 'embedded' ? checkEmbedded(searchPath) : checkAddress(setting);
}

async function checkEmbedded(searchPath: string): Promise<Check> {
  try {
    const env = { PATH: [searchPath, ...USUAL_FOLDERS].join(':') };
    const { stdout } = await run('redis-server', ['--version'], { env, timeout: DEADLINE_MS });
    const version = /v=([\d.]+)/.exec(stdout)?.[1] ?? 'of an unknown version';
    return ok('live store', `embedded, redis-server ${version}`);
  } catch {
    return warn(
      'live store',
      'no redis-server was found, so that live information is kept in memory',
      'Install one (apt-get install redis-server), or set SANDGLASS_REDIS_URL to an address.',
    );
  }
}

async function checkAddress(setting: string): Promise<Check> {
  const url = new URL(setting);
  const place =
    url.protocol === 'unix:' ? `unix://${url.pathname}` : `${url.hostname || 'localhost'}:${url.port || 6379}`;
  const socket =
    url.protocol === 'unix:'
      ? connect(decodeURIComponent(url.pathname))
      : connect(Number(url.port || 6379), (url.hostname || 'localhost').replace(/^\[|\]$/g, ''));
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(DEADLINE_MS) });
    return ok('live store', `${place} takes connections`);
  } catch {
    return fail(
      'live store',
      `${place} takes no connections`,
      'Start that Redis, or set SANDGLASS_REDIS_URL to another.',
    );
  } finally {
    socket.destroy();
  }
}
