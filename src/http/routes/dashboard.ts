import { serveStatic } from '@hono/node-server/serve-static';
import type { MiddlewareHandler } from 'hono';
import type { Http, HttpEnv } from '../http-deps.ts';

const ASSETS = '/assets/*';
/** Nothing but its own files: no inline script or style, no other origin, no frame around it. */
const PAGE_HEADERS = {
  'Content-Security-Policy': "default-src 'self'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
};
/** The names of assets change with their content. */
const KEPT_FOR_EVER = 'public, max-age=31536000, immutable';

/** The web page at `/` with its assets, for everybody: what it shows it asks of the API, with the key of its reader. */
export function addDashboard({ app, deps: { dashboardDir }, methods }: Http): void {
  if (dashboardDir === undefined) return;
  const files = { root: dashboardDir, precompressed: true };
  app.get('/', pageHeaders('/', 'no-cache'), serveStatic({ ...files, path: 'index.html' }));
  app.get(ASSETS, pageHeaders(ASSETS, KEPT_FOR_EVER), serveStatic(files));
  methods.set('/', new Set(['GET']));
}

function pageHeaders(route: string, cacheControl: string): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    c.get('facts').route = route;
    await next();
    if (!c.res.ok) return;
    for (const [name, value] of Object.entries(PAGE_HEADERS)) c.res.headers.set(name, value);
    c.res.headers.set('Cache-Control', cacheControl);
  };
}
