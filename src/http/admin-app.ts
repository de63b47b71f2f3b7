import { Hono } from 'hono';

export interface AdminAppDeps {
  /** Prometheus text format. */
  readonly metricsText: () => Promise<string>;
}

/** What the admin listener serves, to whoever reaches its address. */
export function createAdminApp({ metricsText }: AdminAppDeps): Hono {
  const app = new Hono();
  app.get('/metrics', async (c) =>
    c.body(await metricsText(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  return app;
}
