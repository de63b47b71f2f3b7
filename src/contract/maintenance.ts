import { z } from '@hono/zod-openapi';

/** What the due scans did. */
export const scansSchema = z
  .object({
    deadlines: z.array(z.looseObject({})).openapi({ description: 'One per kind of deadline.' }),
    purged: z.number().int(),
  })
  .openapi('Scans');

export const passSchema = z.looseObject({}).openapi('Pass');

export const infoSchema = z.looseObject({}).openapi('Info');
