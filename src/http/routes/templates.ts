import {
  type TemplateView,
  templateBodySchema,
  templateListSchema,
  templatePathSchema,
  templateViewSchema,
} from '../../contract/template.ts';
import { SandboxError } from '../../domain/errors.ts';
import { defined } from '../../domain/spec.ts';
import type { Template } from '../../domain/template.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http, HttpContext } from '../http-deps.ts';

const list = {
  method: 'get',
  tag: 'Templates',
  answers: { 200: { description: 'All templates by name', schema: templateListSchema } },
} as const;

export function addTemplateRoutes(http: Http): void {
  const { templates } = http.deps.operations;
  const listed = (c: HttpContext) => c.json({ items: templates.list().map(templateView) }, 200);
  addEndpoint(
    http,
    { ...list, path: '/v1/templates', operationId: 'listTemplates', summary: 'What sandboxes can be started from' },
    ({ c }) => listed(c),
  );
  addEndpoint(
    http,
    {
      ...{ ...list, path: '/v1/admin/templates', role: 'admin' },
      ...{ operationId: 'listTemplatesAsAdmin', summary: 'What sandboxes can be started from' },
    },
    ({ c }) => listed(c),
  );
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/admin/templates', operationId: 'registerTemplate', role: 'admin' },
      ...{ tag: 'Templates', summary: 'Register a template, or change one of the API; its image is pulled' },
      body: templateBodySchema,
      answers: { 201: { description: 'Registered, its image is on the engine', schema: templateViewSchema } },
      errors: ['conflict', 'start_failed', 'engine_unavailable', 'disk_full'],
    },
    async ({ c, body }) => {
      const template: Template = { ...body, resources: defined(body.resources), source: 'api' };
      await templates.register(template);
      return c.json(templateView(template), 201);
    },
  );
  addRemoveTemplate(http);
}

function addRemoveTemplate(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'delete', path: '/v1/admin/templates/{name}', operationId: 'removeTemplate', role: 'admin' },
      ...{ tag: 'Templates', summary: 'Forget a template; sandboxes started from it live on' },
      params: templatePathSchema,
      answers: { 204: { description: 'Forgotten' } },
      errors: ['not_found', 'conflict'],
    },
    async ({ c, params: { name } }) => {
      if (await http.deps.operations.templates.remove(name)) return c.body(null, 204);
      throw new SandboxError('not_found', `There is no template "${name}".`, {
        hint: 'GET /v1/templates lists them.',
        details: { resource: 'template' },
      });
    },
  );
}

function templateView({ env, resources, ...shown }: Template): TemplateView {
  return { ...shown, resources: { ...resources }, envNames: Object.keys(env).sort() };
}
