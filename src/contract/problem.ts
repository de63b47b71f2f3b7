import { z } from '@hono/zod-openapi';

/** Every `code` that an answer may carry. */
export const wireErrorCodes = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'sandbox_not_found',
  'conflict',
  'gone',
  'unsupported',
  'payload_too_large',
  'idempotency_mismatch',
  'quota_exceeded',
  'capacity_exhausted',
  'engine_unavailable',
  'storage_unavailable',
  'start_failed',
  'agent_unavailable',
  'disk_full',
  'not_found',
  'method_not_allowed',
  'unsupported_media_type',
  'range_not_satisfiable',
  'rate_limited',
  'not_implemented',
  'internal',
] as const;

export type WireErrorCode = (typeof wireErrorCodes)[number];

const fieldErrorSchema = z.object({ path: z.string(), message: z.string() });

/** RFC 9457; further members depend on the code. */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().openapi({ description: 'What went wrong, fit to show.' }),
    code: z.enum(wireErrorCodes),
    hint: z.string().optional().openapi({ description: 'What to do next.' }),
    requestId: z.string().openapi({ description: 'Names the request in the log of the service.' }),
    errors: z.array(fieldErrorSchema).optional().openapi({ description: 'Every field that is wrong.' }),
  })
  .openapi('Problem', {
    example: {
      type: 'urn:sandglass:problem:conflict',
      title: 'Conflict',
      status: 409,
      detail: 'Sandbox demo is running: it does not accept delete now.',
      code: 'conflict',
      hint: 'Stop it first, or delete it with ?force=true.',
      requestId: 'req_5f2c1e0a9b',
      state: 'running',
      accepts: ['stop', 'pause', 'delete?force=true'],
    },
  });

export type Problem = z.infer<typeof problemSchema>;
