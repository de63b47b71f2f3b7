import { type RouteConfig, z } from '@hono/zod-openapi';
import { bytesSchema } from '../contract/files.ts';
import { problemSchema } from '../contract/problem.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { statusOf, titleOf } from './error-response.ts';
import { problemReferences } from './problem-examples.ts';

export interface AnswerDocument {
  readonly description: string;
  /** Absent for an answer without a body. */
  readonly schema?: z.ZodType;
  /** `application/json` when not given. */
  readonly type?: string;
  /** Another form of the same answer, by `Accept`. */
  readonly also?: { readonly type: string; readonly schema: z.ZodType };
  readonly headers?: z.ZodObject;
}

/** What is written down of a path and method in the OpenAPI document. */
export interface EndpointDocument {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Parameters in braces. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  /** Who may ask: any key when not given. */
  readonly role?: 'anybody' | 'admin';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** The type of a body that is bytes, which the route reads itself. */
  readonly bytesType?: string;
  readonly answers: Readonly<Record<number, AnswerDocument>>;
  /** Besides those that every call with a key may meet. */
  readonly errors?: readonly ErrorCode[];
}

const OF_EVERY_CALL: readonly ErrorCode[] = ['invalid_request', 'unauthenticated', 'internal', 'storage_unavailable'];
const OF_OPEN_CALLS: readonly ErrorCode[] = ['invalid_request', 'internal'];
const OF_EVERY_BODY: readonly ErrorCode[] = ['payload_too_large', 'unsupported_media_type'];

export function routeOf(spec: EndpointDocument): RouteConfig {
  const { method, path, operationId, tag, summary, params, query, headers, body, bytesType } = spec;
  return {
    ...{ method, path, operationId, tags: [tag], summary },
    ...(spec.role === 'anybody' ? { security: [] } : {}),
    ...(spec.role === 'admin' ? { description: 'For keys of role admin.' } : {}),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body: { content: { 'application/json': { schema: body } } } }),
      ...(bytesType === undefined ? {} : { body: { content: { [bytesType]: { schema: bytesSchema } } } }),
    },
    responses: { ...answersOf(spec), ...problemsOf(spec) },
  };
}

function answersOf({ answers }: EndpointDocument): RouteConfig['responses'] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, type = 'application/json', also, headers }]) => [
      status,
      {
        description,
        ...(headers === undefined ? {} : { headers }),
        ...(schema === undefined
          ? {}
          : { content: { [type]: { schema }, ...(also && { [also.type]: { schema: also.schema } }) } }),
      },
    ]),
  );
}

function problemsOf({ body, errors = [], role }: EndpointDocument): RouteConfig['responses'] {
  const codes = new Set<ErrorCode>([
    ...(role === 'anybody' ? OF_OPEN_CALLS : OF_EVERY_CALL),
    ...(role === 'admin' ? (['forbidden'] as const) : []),
    ...(body === undefined ? [] : OF_EVERY_BODY),
    ...errors,
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, its]) => [
      status,
      {
        description: its.map((code) => `\`${code}\`: ${titleOf(code)}`).join('; '),
        ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
        content: { 'application/problem+json': { schema: problemSchema, examples: problemReferences(its) } },
      },
    ]),
  );
}

const retryAfter = z.object({ 'Retry-After': z.number().int().openapi({ description: 'Seconds.' }) });
