import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import { DOCS_POLICY, docsPage } from './docs/docs-page.ts';
import { addOpenEndpoint } from './endpoint.ts';
import type { Http, HttpEnv } from './http-deps.ts';
import { problemExamples } from './problem-examples.ts';

const documentSchema = z
  .looseObject({ openapi: z.string() })
  .openapi({ example: { openapi: '3.1.0', info: { title: 'Sandglass' }, paths: {} } });
const pageSchema = z.string().openapi({ example: '<!doctype html>...' });

/** GET /openapi.json, and the same for people at /docs: written once, when they are first asked for. */
export function addOpenapiRoute(http: Http): void {
  let document: string | undefined;
  let page: string | undefined;
  const written = () => {
    document ??= JSON.stringify(openapiDocument(http.app, http.deps.version));
    return document;
  };
  addOpenEndpoint(
    http,
    {
      ...{ method: 'get', path: '/openapi.json', operationId: 'getOpenapiDocument', tag: 'Documents' },
      summary: 'This description',
      answers: { 200: { description: 'OpenAPI 3.1', schema: documentSchema } },
    },
    (c) => c.body(written(), 200, { 'Content-Type': 'application/json' }),
  );
  addOpenEndpoint(
    http,
    {
      ...{ method: 'get', path: '/docs', operationId: 'getDocs', tag: 'Documents' },
      summary: 'This description for people',
      answers: { 200: { description: 'One page, without scripts', type: 'text/html', schema: pageSchema } },
    },
    (c) => {
      page ??= String(docsPage(JSON.parse(written())));
      return c.html(page, 200, { 'Content-Security-Policy': DOCS_POLICY });
    },
  );
}

/** The document of all that the app answers. */
export function openapiDocument(app: OpenAPIHono<HttpEnv>, version: string) {
  const { openAPIRegistry } = app;
  const bearer = { type: 'http', scheme: 'bearer' } as const;
  openAPIRegistry.registerComponent('securitySchemes', 'apiKey', { type: 'apiKey', in: 'header', name: 'X-API-Key' });
  openAPIRegistry.registerComponent('securitySchemes', 'bearer', bearer);
  for (const [code, value] of Object.entries(problemExamples())) {
    openAPIRegistry.registerComponent('examples', code, { value });
  }
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
