import { z } from '@hono/zod-openapi';
import { sandboxViewSchema } from '../contract/sandbox-view.ts';
import type { AnswerDocument } from './endpoint-document.ts';

/** The answer of a lifecycle call whose work goes on. */
export const goesOn: AnswerDocument = {
  description: 'Accepted, and the work goes on: it did not end within waitSeconds, or the engine cannot be reached',
  schema: sandboxViewSchema,
  headers: z.object({
    Location: z.string(),
    'Retry-After': z.number().int().optional().openapi({ description: 'When the engine cannot be reached.' }),
  }),
};

export function settledAs(description: string, headers?: z.ZodObject): AnswerDocument {
  return { description, schema: sandboxViewSchema, ...(headers === undefined ? {} : { headers }) };
}

export const stagesHeader = z.object({
  'Server-Timing': z.string().optional().openapi({ description: 'Stages of the start in milliseconds.' }),
});
