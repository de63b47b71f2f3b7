import { z } from '@hono/zod-openapi';

const bytes = z.number().int();

export const metricsPointSchema = z.object({
  at: z.string(),
  cpu: z.object({
    count: z.number(),
    usedPct: z.number().openapi({ description: 'Percent of one cpu since the point before.' }),
  }),
  memory: z.object({
    usageBytes: bytes.openapi({ description: 'Charged to the sandbox, page cache included.' }),
    workingSetBytes: bytes.openapi({ description: 'Usage without cache that can be given back at once.' }),
    cacheBytes: bytes,
    peakBytes: bytes,
    limitBytes: bytes,
    source: z.enum(['cgroup', 'engine']).openapi({ description: 'Who counted.' }),
  }),
  disk: z.object({ usedBytes: bytes, totalBytes: bytes }).openapi({
    description: 'Of the file system of its root, which sandboxes without a bound of their own share; 0 = not known.',
  }),
  pids: z.number().int(),
});

/** What a sandbox uses. */
export const metricsSchema = z
  .object({
    id: z.string(),
    state: z.string(),
    latest: metricsPointSchema.nullable().openapi({ description: 'null = not measured yet, or it does not run.' }),
    history: z.array(metricsPointSchema).openapi({ description: 'The last minutes, oldest first, `latest` included.' }),
  })
  .openapi('Metrics');

export type Metrics = z.infer<typeof metricsSchema>;
export type MetricsPoint = z.infer<typeof metricsPointSchema>;
