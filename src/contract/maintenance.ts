import { z } from '@hono/zod-openapi';

const failureSchema = z.object({ id: z.string(), message: z.string() });

const scanSchema = z.object({
  deadline: z.string().openapi({ description: 'Which one was looked at: startBy, stopAt, idleStopAt ...' }),
  moved: z.array(z.string()).openapi({ description: 'Ids of sandboxes that were moved on, oldest deadline first.' }),
  failed: z.array(failureSchema),
  isPaused: z.boolean().openapi({ description: 'The clock is not to be believed now: nothing was looked at.' }),
});

/** What the due scans did. */
export const scansSchema = z
  .object({
    deadlines: z.array(scanSchema).openapi({ description: 'One per kind of deadline.' }),
    purged: z.number().int(),
  })
  .openapi('Scans', {
    example: {
      deadlines: [{ deadline: 'stopAt', moved: ['k3v9x0q2m7b1c8d4e5f6'], failed: [], isPaused: false }],
      purged: 0,
    },
  });

export const passSchema = z
  .object({
    containers: z.number().int(),
    looked: z.number().int().openapi({ description: 'Rows that could disagree with a container.' }),
    orphansRemoved: z.number().int(),
    errors: z.array(failureSchema),
  })
  .openapi('Pass', { example: { containers: 12, looked: 1, orphansRemoved: 0, errors: [] } });

export const infoSchema = z
  .looseObject({ version: z.string() })
  .openapi('Info', { example: { version: '0.1.0', node: 'v20.19.5', config: { SANDGLASS_PORT: 4747 } } });
