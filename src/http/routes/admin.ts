import { infoSchema, passSchema, scansSchema } from '../../contract/maintenance.ts';
import { reconcileNow, runScans } from '../../operations/run-scans.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';

const admin = { tag: 'Operations', role: 'admin' } as const;

export function addAdminRoutes(http: Http): void {
  const { operations, info } = http.deps;
  addEndpoint(
    http,
    {
      ...{ ...admin, method: 'post', path: '/v1/admin/scan', operationId: 'runScans' },
      summary: 'Run the due scans now',
      answers: { 200: { description: 'What each scan did', schema: scansSchema } },
    },
    async ({ c }) => c.json(await runScans(operations), 200),
  );
  addEndpoint(
    http,
    {
      ...{ ...admin, method: 'post', path: '/v1/admin/reconcile', operationId: 'reconcile' },
      summary: 'Compare all rows with all containers now',
      answers: { 200: { description: 'What was found', schema: passSchema } },
      errors: ['engine_unavailable'],
    },
    async ({ c }) => c.json(await reconcileNow(operations), 200),
  );
  addEndpoint(
    http,
    {
      ...{ ...admin, method: 'get', path: '/v1/admin/info', operationId: 'getInfo' },
      summary: 'Versions and configuration, secrets hidden',
      answers: { 200: { description: 'This installation', schema: infoSchema } },
      errors: ['engine_unavailable'],
    },
    async ({ c }) => c.json(await info(), 200),
  );
}
