import { patchBodySchema } from '../../contract/patch-sandbox.ts';
import { getQuerySchema } from '../../contract/read-sandbox.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { sandboxViewSchema } from '../../contract/sandbox-view.ts';
import { defined } from '../../domain/spec.ts';
import { patchSandbox } from '../../operations/patch-sandbox.ts';
import { awaitSandbox, getSandbox } from '../../operations/read-sandbox.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';

const tag = 'Sandboxes';
const LONG_POLL_SECONDS = 60;

/** One sandbox: read it, wait for it, change it. */
export function addSandboxRoutes(http: Http): void {
  const { operations } = http.deps;
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}', operationId: 'getSandbox', tag },
      summary: 'One sandbox in any state, tombstones too',
      params: sandboxPathSchema,
      query: getQuerySchema,
      answers: { 200: { description: 'The sandbox as it is', schema: sandboxViewSchema } },
      errors: ['sandbox_not_found'],
    },
    async ({ c, caller, params: { id }, query: { wait: states, timeoutSeconds = LONG_POLL_SECONDS } }) => {
      const { signal } = c.req.raw;
      const row =
        states === undefined
          ? await getSandbox(operations, caller, id)
          : await awaitSandbox(operations, caller, id, { states, timeoutSeconds, signal });
      return c.json(await http.viewOf(row), 200);
    },
  );
  addEndpoint(
    http,
    {
      ...{ method: 'patch', path: '/v1/sandboxes/{id}', operationId: 'patchSandbox', tag },
      summary: 'Change lifetime, labels or resources',
      params: sandboxPathSchema,
      body: patchBodySchema,
      answers: { 200: { description: 'The sandbox after the change', schema: sandboxViewSchema } },
      errors: ['sandbox_not_found', 'conflict', 'gone', 'quota_exceeded', 'unsupported', 'engine_unavailable'],
    },
    async ({ c, caller, params: { id }, body: { lifetime = {}, labels = {}, resources = {} } }) => {
      const patch = { lifetime: defined(lifetime), labels, resources: defined(resources) };
      const row = await patchSandbox(operations, caller, id, patch);
      c.get('facts').incarnation = row.incarnation;
      return c.json(await http.viewOf(row), 200);
    },
  );
}
