import { type RouteConfig, z } from '@hono/zod-openapi';
import type { FieldError } from '../domain/limits.ts';
import { invalidRequest } from '../domain/limits.ts';
import { type Caller, requireAdmin } from '../operations/caller.ts';
import { authenticateCaller } from './authentication.ts';
import { type EndpointDocument, routeOf } from './endpoint-document.ts';
import { fieldErrors } from './field-errors.ts';
import type { Http, HttpContext } from './http-deps.ts';
import { readJsonBody } from './request-body.ts';
import { queryOf } from './request-target.ts';

const nothing = z.strictObject({});
type Nothing = typeof nothing;

export interface EndpointSpec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodObject>
  extends EndpointDocument {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
}

/** A request that is allowed and valid. */
export interface Asked<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodObject> {
  readonly c: HttpContext;
  readonly caller: Caller;
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
}

/** A path and method for callers with a key: documented, authenticated and validated by one description. */
export function addEndpoint<
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  B extends z.ZodObject = Nothing,
>(http: Http, spec: EndpointSpec<P, Q, B>, answer: (asked: Asked<P, Q, B>) => Promise<Response> | Response): void {
  addRoute(http, spec, async (c) => {
    const caller = await authenticateCaller(http.deps.operations, c);
    if (spec.role === 'admin') requireAdmin(caller);
    const { params, query, body } = await readInputs(c, spec);
    // Each was parsed by its own schema, or by the empty one that is its type where there is none.
    return answer({ c, caller, params, query, body } as Asked<P, Q, B>);
  });
}

/** A path and method for everybody: takes no body and no parameters. */
export function addOpenEndpoint(
  http: Http,
  spec: EndpointDocument,
  answer: (c: HttpContext) => Promise<Response> | Response,
): void {
  addRoute(http, { ...spec, role: 'anybody' }, async (c) => {
    await readInputs(c, {});
    return answer(c);
  });
}

function addRoute(http: Http, spec: EndpointDocument, answer: (c: HttpContext) => Promise<Response>): void {
  const { app, methods } = http;
  const route: RouteConfig = routeOf(spec);
  app.openAPIRegistry.registerPath(route);
  methods.set(spec.path, new Set([...(methods.get(spec.path) ?? []), spec.method.toUpperCase()]));
  app.on(spec.method, pathPattern(spec.path), (c) => {
    const facts = c.get('facts');
    facts.route = spec.path;
    facts.operation = spec.operationId;
    return answer(c);
  });
}

/** `/things/{id}` as the router wants it. */
export function pathPattern(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

interface Schemas {
  readonly params?: z.ZodObject | undefined;
  readonly query?: z.ZodObject | undefined;
  readonly body?: z.ZodObject | undefined;
}

/** Parses everything, then throws `invalid_request` with every field that is wrong. */
async function readInputs(c: HttpContext, spec: Schemas) {
  const errors: FieldError[] = [];
  const parse = (schema: z.ZodObject | undefined, value: unknown, root: string) => {
    const parsed = (schema ?? nothing).safeParse(value);
    if (!parsed.success) errors.push(...fieldErrors(parsed.error.issues, root));
    return parsed.data;
  };
  const params = parse(spec.params, c.req.param(), 'path');
  if (spec.params !== undefined && params?.['id'] !== undefined) c.get('facts').sandboxId = String(params['id']);
  const query = parse(spec.query, queryOf(c), 'query');
  const body = parse(spec.body, spec.body === undefined ? {} : await readJsonBody(c), 'body');
  if (errors.length > 0) throw invalidRequest(errors);
  return { params, query, body };
}
