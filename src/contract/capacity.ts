import { z } from '@hono/zod-openapi';

const pressureSchema = z.object({
  source: z.string().openapi({ description: 'Where measured memory comes from: cgroup-v2, cgroup-v1 or host.' }),
  usedMb: z.number(),
  limitMb: z.number(),
  ratio: z.number().openapi({ description: '0 to 1.' }),
});

const diskSchema = z.object({
  freeMb: z.number(),
  totalMb: z.number(),
  guarded: z.boolean().openapi({ description: 'Whether the largest writer is stopped when it gets nearly full.' }),
});

/** GET /v1/capacity: the room for sandboxes on the engine. */
export const capacitySchema = z
  .object({
    engine: z.string(),
    memoryMb: z.number().nullable().openapi({ description: "The engine's memory; null while it is not known." }),
    overcommit: z.number(),
    limitMb: z.number().nullable().openapi({ description: 'All that may be reserved: memoryMb times overcommit.' }),
    reservedMb: z.number().openapi({ description: 'Of live sandboxes, warm containers and admissions under way.' }),
    waiting: z.number().int().openapi({ description: 'Starts that wait for room.' }),
    pressure: pressureSchema.nullable().openapi({ description: 'Measured memory; null before the first look.' }),
    disk: diskSchema.nullable().openapi({ description: "The engine's data root; null where it cannot be seen." }),
    refuses: z
      .enum(['memory_reserved', 'memory_pressure', 'disk_full', 'queue_full'])
      .nullable()
      .openapi({ description: 'Why the next start would wait now; null = it would not.' }),
  })
  .openapi('Capacity', {
    example: {
      ...{ engine: 'local', memoryMb: 24_000, overcommit: 4, limitMb: 96_000, reservedMb: 2_816, waiting: 0 },
      pressure: { source: 'host', usedMb: 5_120, limitMb: 24_000, ratio: 0.213 },
      ...{ disk: { freeMb: 81_920, totalMb: 102_400, guarded: true }, refuses: null },
    },
  });

/** GET /v1/capacity/history. */
export const capacityHistorySchema = z
  .object({
    points: z
      .array(z.object({ at: z.string(), usedMb: z.number(), reservedMb: z.number() }))
      .openapi({ description: 'One each 15 seconds since the service began, an hour at most.' }),
  })
  .openapi('CapacityHistory', {
    example: { points: [{ at: '2026-08-01T12:00:00.000Z', usedMb: 5_120, reservedMb: 2_816 }] },
  });

export type CapacityView = z.infer<typeof capacitySchema>;
