import { z } from '@hono/zod-openapi';
import { historyItemSchema } from './history.ts';
import { sandboxStateSchema } from './sandbox-state.ts';
import { instantSchema } from './sandbox-view.ts';

const jobNames = ['startContainer', 'stopContainer', 'removeContainer', 'pauseContainer', 'resumeContainer'] as const;
const jobSchema = z.enum(jobNames);

const attemptSchema = z.object({
  job: jobSchema,
  count: z.number().int().openapi({ description: 'Tries so far, the one under way included.' }),
  at: instantSchema.openapi({ description: 'When the newest try began or, once it has failed, when it failed.' }),
  error: z.string().nullable().openapi({ description: 'What the last failed try said; null = none failed.' }),
  nextAt: instantSchema.nullable().openapi({ description: 'When it is tried again; null = a try is under way.' }),
});

/** Why a sandbox is in its state, what it owes, what was last tried, and what comes next. */
export const explanationSchema = z
  .object({
    id: z.string(),
    state: sandboxStateSchema,
    since: instantSchema,
    because: historyItemSchema
      .pick({ event: true, actor: true, at: true })
      .extend({ reason: historyItemSchema.shape.reason.unwrap().nullable() })
      .openapi({ description: 'The newest entry of its history.' }),
    owes: jobSchema.nullable().openapi({ description: 'The work that its state owes; null = none, it is at rest.' }),
    lastAttempt: attemptSchema.nullable().openapi({
      description: 'While work is owed; null = not tried yet since the service started.',
    }),
    next: z
      .object({ action: z.enum(['stop', 'pause', 'delete', 'purge', 'kill']), at: instantSchema })
      .nullable()
      .openapi({ description: 'What the service will do by itself, and when; null = nothing.' }),
    accepts: z.array(z.string()).openapi({ description: 'Calls that it accepts now.', example: ['stop', 'pause'] }),
    sentence: z.string().openapi({ description: 'All of that for a person. Its wording may change.' }),
  })
  .openapi('Explanation', {
    example: {
      ...{ id: 'k3v9x0q2m7b1c8d4e5f6', state: 'running', since: '2026-08-01T12:00:00.000Z' },
      because: { event: 'START_SUCCEEDED', actor: 'system', at: '2026-08-01T12:00:00.000Z', reason: null },
      ...{ owes: null, lastAttempt: null, next: { action: 'stop', at: '2026-08-01T12:10:00.000Z' } },
      accepts: ['stop', 'pause', 'delete?force=true'],
      sentence: 'It is running since 12:00:00 UTC because its start succeeded; it will be stopped in 10 min 0 s.',
    },
  });

export type ExplanationView = z.infer<typeof explanationSchema>;
