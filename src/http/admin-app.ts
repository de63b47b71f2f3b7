import { type Context, Hono } from 'hono';
import { SandboxError } from '../domain/errors.ts';
import { invalidRequest } from '../domain/limits.ts';
import { cpuProfiler } from '../observe/cpu-profile.ts';
import { problemOf, shownError, statusOf } from './error-response.ts';

export interface AdminAppDeps {
  /** Prometheus text format. */
  readonly metricsText: () => Promise<string>;
}

const DEFAULT_PROFILE_SECONDS = '30';
const LONGEST_PROFILE_SECONDS = 300;

/** What the admin listener serves, to whoever reaches its address. */
export function createAdminApp({ metricsText }: AdminAppDeps): Hono {
  const app = new Hono();
  const profiler = cpuProfiler();
  app.onError((error, c) => {
    const body = JSON.stringify(problemOf(error, 'none'));
    return c.body(body, statusOf(shownError(error).code), { 'Content-Type': 'application/problem+json' });
  });
  app.get('/metrics', async (c) =>
    c.body(await metricsText(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  app.get('/debug/cpu-profile', async (c) => {
    const profile = profiler.take(secondsOf(c) * 1000, c.req.raw.signal);
    if (profile === undefined) {
      throw new SandboxError('conflict', 'A CPU profile is being taken.', { hint: 'Ask again when it has ended.' });
    }
    return c.body(await profile, 200, {
      'Content-Type': 'application/json',
      'Content-Disposition': 'attachment; filename="sandglass.cpuprofile"',
      'Cache-Control': 'no-store',
    });
  });
  return app;
}

function secondsOf(c: Context): number {
  const given = c.req.query('seconds') ?? DEFAULT_PROFILE_SECONDS;
  const seconds = /^\d{1,3}$/.test(given) ? Number(given) : 0;
  if (seconds >= 1 && seconds <= LONGEST_PROFILE_SECONDS) return seconds;
  const message = `must be a whole number, 1 to ${LONGEST_PROFILE_SECONDS}`;
  throw invalidRequest([{ path: 'query.seconds', message }]);
}
