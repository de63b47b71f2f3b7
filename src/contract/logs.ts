import { z } from '@hono/zod-openapi';
import { trueOrFalseSchema } from './waiting.ts';

const MOST_LINES = 10_000;
const USUAL_LINES = 1_000;

export const logsQuerySchema = z.strictObject({
  tail: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(0).max(MOST_LINES))
    .default(USUAL_LINES)
    .openapi({ type: 'integer', minimum: 0, maximum: MOST_LINES, default: USUAL_LINES }),
  follow: trueOrFalseSchema.default(false).openapi({ description: 'true = go on until the sandbox stops.' }),
});

/** A line of the NDJSON form. */
export const logLineSchema = z
  .object({
    at: z.string(),
    stream: z.enum(['stdout', 'stderr']),
    text: z.string().openapi({ description: 'Without its line feed.' }),
    partial: z.literal(true).optional().openapi({ description: 'The line goes on in the next one.' }),
  })
  .openapi('LogLine', { example: { at: '2026-08-01T12:00:00.000Z', stream: 'stdout', text: 'listening on 8000' } });

export type LogLine = z.infer<typeof logLineSchema>;
