import { healthSchema, readinessSchema } from '../../contract/health.ts';
import { addOpenEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';

const RETRY_SECONDS = 5;
const health = { method: 'get', tag: 'Health' } as const;

export function addHealthRoutes(http: Http): void {
  addOpenEndpoint(
    http,
    {
      ...{ ...health, path: '/healthz', operationId: 'getHealth' },
      summary: 'The process answers',
      answers: { 200: { description: 'It does', schema: healthSchema } },
    },
    (c) => c.json({ status: 'ok' }, 200),
  );
  addOpenEndpoint(
    http,
    {
      ...{ ...health, path: '/readyz', operationId: 'getReadiness' },
      summary: 'Sandboxes can be started, and the first warm containers are there',
      answers: {
        200: { description: 'They can; degraded names what is wrong all the same', schema: readinessSchema },
        503: { description: 'They cannot; each check says why', schema: readinessSchema },
      },
    },
    async (c) => {
      const readiness = await http.deps.readiness();
      if (!readiness.ready) c.header('Retry-After', String(RETRY_SECONDS));
      return c.json(readiness, readiness.ready ? 200 : 503);
    },
  );
}
