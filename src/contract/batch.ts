import { z } from '@hono/zod-openapi';
import { problemSchema } from './problem.ts';
import { sandboxExample } from './sandbox-example.ts';
import { sandboxIdSchema } from './sandbox-fields.ts';
import { sandboxViewSchema } from './sandbox-view.ts';
import { waitingFields } from './waiting.ts';

export const batchBodySchema = z
  .strictObject({
    action: z.enum(['stop', 'restart', 'delete']),
    ids: z.array(sandboxIdSchema).min(1).max(1000),
    ...waitingFields,
  })
  .openapi('Batch', { example: { action: 'stop', ids: ['first', 'second'] } });

/** In the order of asking; each succeeded or failed by itself. */
export const batchAnswerSchema = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        status: z.number().int().openapi({ description: 'What the single call would have answered.' }),
        view: sandboxViewSchema.optional(),
        error: problemSchema.optional(),
      }),
    ),
  })
  .openapi('BatchAnswer', {
    example: { items: [{ id: sandboxExample.id, status: 200, view: sandboxExample }] },
  });

export type BatchAnswer = z.infer<typeof batchAnswerSchema>;
