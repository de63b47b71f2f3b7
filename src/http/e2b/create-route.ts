import type { z } from 'zod';
import { e2bCreateBodySchema } from '../../contract/e2b-create.ts';
import { imageSchema } from '../../contract/sandbox-fields.ts';
import type { TimeoutAction } from '../../domain/sandbox.ts';
import type { StartWish } from '../../domain/spec.ts';
import { createFromTemplate } from '../../operations/e2b-create.ts';
import type { Http } from '../http-deps.ts';
import { addE2bEndpoint } from './e2b-endpoint.ts';
import { e2bSandboxView } from './e2b-view.ts';

/** What a create that names none gets, whatever the installation's default is. */
export const E2B_TIMEOUT_SECONDS = 300;

type CreateBody = z.output<typeof e2bCreateBodySchema>;

export function addE2bCreateRoute(http: Http): void {
  const { operations } = http.deps;
  addE2bEndpoint(
    http,
    {
      ...{ method: 'post', paths: ['/v2/sandboxes', '/sandboxes'], operation: 'e2bCreateSandbox' },
      body: e2bCreateBodySchema,
    },
    async ({ c, caller, body }) => {
      const templateId = body.templateID ?? 'base';
      const image = imageSchema.safeParse(templateId).success ? templateId : null;
      // As long as a start may take: a client that has no more patience goes away.
      const wait = { seconds: operations.policy.startTimeoutSeconds + 1, signal: c.req.raw.signal };
      const row = await createFromTemplate(operations, caller, { templateId, image, wish: wishOf(body) }, wait);
      c.get('facts').sandboxId = row.id;
      c.get('facts').incarnation = row.incarnation;
      return c.json(e2bSandboxView(http.deps, row), 201);
    },
  );
}

function wishOf(body: CreateBody): StartWish {
  return {
    env: body.envVars,
    labels: body.metadata,
    internet: body.allow_internet_access,
    allowPublicTraffic: body.network?.allowPublicTraffic,
    maskRequestHost: body.network?.maskRequestHost,
    autoResume: body.autoResume?.enabled,
    lifetime: { timeoutSeconds: body.timeout ?? E2B_TIMEOUT_SECONDS, onTimeout: timeoutAction(body) },
  };
}

function timeoutAction({ autoPause, autoPauseMemory }: CreateBody): TimeoutAction {
  if (autoPause !== true) return 'delete';
  return autoPauseMemory === false ? 'stop' : 'pause';
}
