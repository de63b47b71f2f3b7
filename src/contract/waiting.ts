import { z } from '@hono/zod-openapi';

const MOST_SECONDS = 300;

/** How long a lifecycle call waits for its end; what every body of one has. */
export const waitingFields = {
  waitSeconds: z.number().min(0).max(MOST_SECONDS).optional().openapi({
    description: 'Longest wait for the end of the work. When it is over: 202, and the work goes on.',
    example: 60,
  }),
  wait: z.boolean().optional().openapi({ description: 'false = do not wait: waitSeconds 0.' }),
};

export const trueOrFalseSchema = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true')
  .openapi({ type: 'boolean' });

/** Seconds in a query: a plain decimal number. */
export function querySecondsSchema(example: number) {
  return z
    .string()
    .regex(/^\d{1,3}(\.\d{1,6})?$/, 'must be a number of seconds')
    .transform(Number)
    .pipe(z.number().min(0).max(MOST_SECONDS))
    .openapi({ type: 'number', minimum: 0, maximum: MOST_SECONDS, example });
}

/** The same two in a query. */
export const waitingQueryFields = {
  waitSeconds: querySecondsSchema(60).optional(),
  wait: trueOrFalseSchema.optional(),
};
