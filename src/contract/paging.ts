import { z } from '@hono/zod-openapi';

const LARGEST_PAGE = 1000;
const USUAL_PAGE = 100;

/** What every paged list takes. */
export const pageFields = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(1).max(LARGEST_PAGE))
    .default(USUAL_PAGE)
    .openapi({ type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: USUAL_PAGE }),
  cursor: z.string().max(512).optional().openapi({
    description: 'The nextCursor of the page before; what is in it may change.',
    example: 'WzE3ODU1ODU2MDAwMDAsImszdjl4MHEybTdiMWM4ZDRlNWY2Il0',
  }),
};

/** null when this was the last page. */
export const nextCursorSchema = z.string().nullable();
