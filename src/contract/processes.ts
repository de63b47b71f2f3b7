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
  .openapi('ProcessList', {
    description: 'Largest memory first.',
    example: {
      items: [
        { pid: 42, ppid: 1, user: 'user', rssBytes: 41_943_040, cpuSeconds: 1.25, command: 'python3 -m http.server' },
      ],
    },
  });
