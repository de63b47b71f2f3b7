import { z } from 'zod';
import { e2bTimeoutSchema, maybe } from './e2b-fields.ts';

export const e2bConnectBodySchema = z.object({ timeout: maybe(e2bTimeoutSchema), memory: maybe(z.boolean()) });

export const e2bPauseBodySchema = z.object({ memory: maybe(z.boolean()) });

export const e2bResumeBodySchema = z.object({ timeout: maybe(e2bTimeoutSchema), autoPause: maybe(z.boolean()) });

/** 0 ends it now: a second is the least that is counted. */
const orNow = z
  .number({ error: 'must be a number of seconds' })
  .min(0)
  .transform((seconds) => Math.max(seconds, 1));

export const e2bTimeoutBodySchema = z.object({ timeout: orNow });

export const e2bRefreshesBodySchema = z.object({ duration: maybe(orNow) });

/** What an egress rule set would be; only one that changes nothing is served. */
export const e2bNetworkBodySchema = z.looseObject({ allow_internet_access: maybe(z.boolean()) });

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

/** Unix seconds, both included. */
export const e2bMetricsQuerySchema = z.object({ start: wholeNumber.optional(), end: wholeNumber.optional() });

const mostLines = wholeNumber.pipe(z.number().min(0).max(10_000)).default(1_000);

/** `start`: epoch milliseconds; earlier lines are left out. */
export const e2bLogsQuerySchema = z.object({ start: wholeNumber.optional(), limit: mostLines });

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/** `cursor`: epoch milliseconds; where the reading goes on, in its direction. */
export const e2bLogsV2QuerySchema = z.object({
  cursor: wholeNumber.optional(),
  limit: mostLines,
  direction: z.enum(['forward', 'backward']).default('forward'),
  level: z.enum(logLevels).default('debug'),
  search: z.string().max(1_024).optional(),
});
