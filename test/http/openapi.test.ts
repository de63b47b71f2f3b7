import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isE2bPath } from '../../src/http/e2b/e2b-errors.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: object }[];
  readonly requestBody?: object;
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, object>> }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

let service: MemoryService;
let document: Document;
let operations: { path: string; method: string; operation: Operation }[];

beforeAll(async () => {
  service = await memoryService();
  // Its form is what the tests below look at.
  document = (await service.nobody.get('/openapi.json')).json as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
});
afterAll(() => service.close());

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 with two ways to send a key', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Sandglass', version: '0.0.0-test' } });
    expect(document.components.securitySchemes).toEqual({
      apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      bearer: { type: 'http', scheme: 'bearer' },
    });
    expect(document.security).toEqual([{ apiKey: [] }, { bearer: [] }]);
  });

  it('names each operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.filter((id) => id === undefined)).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        ...['startSandbox', 'getSandbox', 'listSandboxes', 'patchSandbox', 'stopSandbox', 'restartSandbox'],
        ...[
          'pauseSandbox',
          'resumeSandbox',
          'deleteSandbox',
          'getSandboxHistory',
          'explainSandbox',
          'watchSandboxEvents',
          'watchEvents',
        ],
        ...['runBatch', 'listEngines', 'listTemplates', 'createKey', 'runScans', 'reconcile', 'getInfo', 'getHealth'],
      ]),
    );
  });

  it('has every route of the app but those of E2B, and no other', () => {
    const routed = service.app.routes
      .filter(({ method, path }) => method !== 'ALL' && !isE2bPath(path))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const documented = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(documented.sort()).toEqual([...new Set(routed)].sort());
  });

  it('declares the parameters of each path, a success, and problems for all calls with a key', () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name);
      expect([path, declared]).toEqual([path, inPath]);
      expect(operation.summary, path).toBeTruthy();
      const statuses = Object.keys(operation.responses).map(Number);
      expect(
        statuses.some((status) => status < 300),
        path,
      ).toBe(true);
      if (operation.security?.length === 0) continue;
      expect(statuses, path).toEqual(expect.arrayContaining([400, 401, 500, 503]));
      expect(operation.responses['400']?.content, path).toHaveProperty('application/problem+json');
    }
  });

  it('leads every reference somewhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) expect(document.components.schemas).toHaveProperty(name ?? '');
  });

  it('tells what a query may hold by its real types', () => {
    const list = operations.find(({ operation }) => operation.operationId === 'listSandboxes')?.operation;
    const schemas = Object.fromEntries((list?.parameters ?? []).map(({ name, schema }) => [name, schema]));
    expect(schemas).toMatchObject({
      limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
      label: { type: 'array', items: { type: 'string' } },
      order: { enum: ['asc', 'desc'], default: 'desc' },
      state: { type: 'string' },
    });
  });
});
