import { processListSchema } from '../../contract/processes.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { sandboxProcesses } from '../../operations/sandbox-processes.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { answerByUse, passOn } from '../use-answer.ts';
import { ofUse } from '../use-document.ts';

/** What runs inside a sandbox. */
export function addProcessRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}/processes', operationId: 'listProcesses', tag: 'Observe' },
      summary: 'Processes inside, largest memory first',
      params: sandboxPathSchema,
      answers: { 200: { description: 'All of them', schema: processListSchema } },
      errors: ofUse,
    },
    ({ c, caller, params: { id } }) =>
      answerByUse(http, { c, caller, id, name: 'processes', isActivity: false }, async (open, use) =>
        passOn(open, use, await sandboxProcesses(use)),
      ),
  );
}
