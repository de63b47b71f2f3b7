import { z } from '@hono/zod-openapi';
import { trueOrFalseSchema } from './waiting.ts';

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
    rssBytes: bytes.openapi({ description: 'Of its processes, and backed by no file.' }),
    peakBytes: bytes,
    limitBytes: bytes,
    oomKills: z.number().int().nullable().openapi({
      description: 'Processes that the kernel killed for memory in this run; null where nobody counts them.',
    }),
    source: z.enum(['cgroup-v2', 'cgroup-v1', 'engine']).openapi({ description: 'Who counted.' }),
  }),
  disk: z.object({ usedBytes: bytes, totalBytes: bytes }).openapi({
    description: 'Of the file system of its root, which sandboxes without a bound of their own share; 0 = not known.',
  }),
  pids: z.number().int(),
});

const pointExample = {
  at: '2026-08-01T12:00:00.000Z',
  cpu: { count: 1, usedPct: 12.5 },
  memory: {
    ...{ usageBytes: 41_943_040, workingSetBytes: 33_554_432, cacheBytes: 8_388_608, peakBytes: 50_331_648 },
    ...{ rssBytes: 25_165_824, limitBytes: 536_870_912, oomKills: 0, source: 'cgroup-v2' },
  },
  disk: { usedBytes: 1_048_576, totalBytes: 107_374_182_400 },
  pids: 4,
};

export const metricsQuerySchema = z.strictObject({
  detail: trueOrFalseSchema.default(false).openapi({
    description: 'true = `latest` is read now, and `detail` tells what only a look at each process does.',
  }),
});

const detailSchema = z.object({
  pssBytes: bytes.nullable().openapi({
    description: 'Resident memory, each shared page divided by its number of users; null where it is not permitted.',
  }),
  shimRssBytes: bytes.nullable().openapi({
    description: "Resident memory of the engine's process beside the sandbox, which is not charged to it.",
  }),
  processes: z
    .array(z.object({ pid: z.number().int(), pssBytes: bytes.nullable() }))
    .openapi({ description: 'By their ids inside, as in the list of processes.' }),
});

/** What a sandbox uses. */
export const metricsSchema = z
  .object({
    id: z.string(),
    state: z.string(),
    latest: metricsPointSchema.nullable().openapi({ description: 'null = not measured yet, or it does not run.' }),
    history: z
      .array(metricsPointSchema)
      .openapi({ description: 'The last minutes, oldest first, `latest` included unless it was read now.' }),
    detail: detailSchema.nullable().optional().openapi({
      description: 'Only when asked for; null = its processes cannot be seen from the service.',
    }),
  })
  .openapi('Metrics', {
    example: { id: 'k3v9x0q2m7b1c8d4e5f6', state: 'running', latest: pointExample, history: [pointExample] },
  });

export type Metrics = z.infer<typeof metricsSchema>;
export type MetricsPoint = z.infer<typeof metricsPointSchema>;
