import { z } from '@hono/zod-openapi';
import { nextCursorSchema, pageFields } from './paging.ts';
import { sandboxStateSchema } from './sandbox-state.ts';
import { instantSchema, reasonCodes } from './sandbox-view.ts';

export const historyQuerySchema = z.strictObject(pageFields);

/** One transition. */
export const historyItemSchema = z
  .object({
    number: z.number().int().openapi({ description: '1, 2, 3 ... per sandbox, without gaps.' }),
    seq: z.number().int().openapi({ description: 'Grows over all sandboxes; the id of the event in streams.' }),
    from: sandboxStateSchema.nullable(),
    to: sandboxStateSchema,
    event: z.string(),
    reason: z.enum(reasonCodes).optional(),
    actor: z.string().openapi({ description: "An API key's id, or system." }),
    incarnation: z.number().int(),
    at: instantSchema,
  })
  .openapi('Transition');

export const historyPageSchema = z
  .object({ items: z.array(historyItemSchema), nextCursor: nextCursorSchema })
  .openapi('HistoryPage');

export type HistoryItem = z.infer<typeof historyItemSchema>;
