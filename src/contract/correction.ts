import { z } from '@hono/zod-openapi';

/** The data of `reconcile.corrected` on the event stream of an administrator: row and world disagreed, and were made to agree. */
export const correctionEventSchema = z
  .strictObject({
    kind: z.string().openapi({ description: 'As in the metric `sandglass_corrections_total`.' }),
    sandboxId: z.string(),
  })
  .openapi('CorrectionEvent', { example: { kind: 'orphan', sandboxId: 'k3v9x0q2m7b1c8d4e5f6' } });

export type CorrectionEventData = z.infer<typeof correctionEventSchema>;
