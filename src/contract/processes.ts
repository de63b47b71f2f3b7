import { z } from '@hono/zod-openapi';

export const processListSchema = z
  .object({
    items: z.array(
      z.object({
        pid: z.number().int(),
        ppid: z.number().int(),
        user: z.string(),
        rssBytes: z.number().int(),
        cpuSeconds: z.number(),
        command: z.string(),
      }),
    ),
  })
  .openapi('ProcessList', { description: 'Largest memory first.' });

export type ProcessView = z.infer<typeof processListSchema>['items'][number];
