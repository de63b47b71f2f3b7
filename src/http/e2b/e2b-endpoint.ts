import { z } from 'zod';
import { e2bPathSchema } from '../../contract/e2b-fields.ts';
import { type FieldError, invalidRequest } from '../../domain/limits.ts';
import type { Caller } from '../../operations/caller.ts';
import { authenticateCaller } from '../authentication.ts';
import { pathPattern } from '../endpoint.ts';
import { fieldErrors } from '../field-errors.ts';
import type { Http, HttpContext } from '../http-deps.ts';
import { readJsonBody } from '../request-body.ts';
import { queryOf } from '../request-target.ts';

const nothing = z.object({});
type Nothing = typeof nothing;

export interface E2bEndpoint<Q extends z.ZodType, B extends z.ZodType> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** All that lead to the same answer: v1 and v2. */
  readonly paths: readonly string[];
  readonly operation: string;
  readonly query?: Q;
  readonly body?: B;
}

/** A request that is allowed and valid. */
export interface E2bAsked<Q extends z.ZodType, B extends z.ZodType> {
  readonly c: HttpContext;
  readonly caller: Caller;
  /** The sandbox; empty where the path names none. */
  readonly id: string;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
}

/** A path and method as E2B's clients call it: authenticated and validated, but not part of our own OpenAPI document. */
export function addE2bEndpoint<Q extends z.ZodType = Nothing, B extends z.ZodType = Nothing>(
  { app, deps, methods }: Http,
  spec: E2bEndpoint<Q, B>,
  answer: (asked: E2bAsked<Q, B>) => Promise<Response>,
): void {
  for (const path of spec.paths) {
    methods.set(path, new Set([...(methods.get(path) ?? []), spec.method.toUpperCase()]));
    app.on(spec.method, pathPattern(path), async (c) => {
      const facts = c.get('facts');
      facts.route = path;
      facts.operation = spec.operation;
      const caller = await authenticateCaller(deps.operations, c);
      // Each was parsed by its own schema, or by the empty one that is its type where there is none.
      return answer({ c, caller, ...(await readInputs(c, spec)) } as E2bAsked<Q, B>);
    });
  }
}

/** Parses everything, then throws `invalid_request` with every field that is wrong. */
async function readInputs(c: HttpContext, spec: E2bEndpoint<z.ZodType, z.ZodType>) {
  const errors: FieldError[] = [];
  const parse = (schema: z.ZodType, value: unknown, root: string): unknown => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) errors.push(...fieldErrors(parsed.error.issues, root));
    return parsed.data;
  };
  const sandboxID = c.req.param('sandboxID');
  if (sandboxID !== undefined) parse(e2bPathSchema, { sandboxID }, 'path');
  if (sandboxID !== undefined) c.get('facts').sandboxId = sandboxID;
  const query = parse(spec.query ?? nothing, queryOf(c), 'query');
  const body = spec.body === undefined ? {} : parse(spec.body, await readJsonBody(c), 'body');
  if (errors.length > 0) throw invalidRequest(errors);
  return { id: sandboxID ?? '', query, body };
}
