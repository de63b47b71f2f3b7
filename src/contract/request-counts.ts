import { z } from '@hono/zod-openapi';

const countSchema = z.number().int();

/** GET /v1/requests: what the service was asked since it began, by route. */
export const requestCountsSchema = z
  .object({
    since: z.string().openapi({ description: 'When this process of the service began to count.' }),
    items: z
      .array(
        z.object({
          method: z.string(),
          route: z
            .string()
            .openapi({ description: 'The path with its parameters by name; `unmatched` where there is none.' }),
          count: countSchema,
          refused: countSchema.openapi({ description: 'Answered with 400 to 499.' }),
          failed: countSchema.openapi({ description: 'Answered with 500 or more.' }),
          meanMs: z.number().openapi({ description: 'Until the head of the answer, as the service measured it.' }),
          longestMs: z.number(),
        }),
      )
      .openapi({ description: 'The most asked first.' }),
  })
  .openapi('RequestCounts', {
    example: {
      since: '2026-08-01T12:00:00.000Z',
      items: [
        {
          ...{ method: 'POST', route: '/v1/sandboxes/{id}/exec', count: 812, refused: 3, failed: 0 },
          ...{ meanMs: 5.21, longestMs: 48.7 },
        },
      ],
    },
  });

export type RequestCountsView = z.infer<typeof requestCountsSchema>;
