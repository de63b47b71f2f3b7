import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { addOpenEndpoint } from './endpoint.ts';
import type { Http, HttpEnv } from './http-deps.ts';

const documentSchema = z.looseObject({ openapi: z.string() });

/** GET /openapi.json: written once, when it is first asked for. */
export function addOpenapiRoute(http: Http): void {
  let document: ReturnType<typeof documentOf> | undefined;
  addOpenEndpoint(
    http,
    {
      ...{ method: 'get', path: '/openapi.json', operationId: 'getOpenapiDocument', tag: 'Operations' },
      summary: 'This description',
      answers: { 200: { description: 'OpenAPI 3.1', schema: documentSchema } },
    },
    (c) => {
      document ??= documentOf(http.app, http.deps.version);
      return c.json(document, 200);
    },
  );
}

function documentOf(app: OpenAPIHono<HttpEnv>, version: string) {
  const { openAPIRegistry } = app;
  const bearer = { type: 'http', scheme: 'bearer' } as const;
  openAPIRegistry.registerComponent('securitySchemes', 'apiKey', { type: 'apiKey', in: 'header', name: 'X-API-Key' });
  openAPIRegistry.registerComponent('securitySchemes', 'bearer', bearer);
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Sandglass',
      version,
      description: 'Sandboxes with a lifetime for AI agents: start, stop, restart with the files still there, delete.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: [{ apiKey: [] }, { bearer: [] }],
  });
}
