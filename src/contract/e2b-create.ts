import { z } from 'zod';
import { e2bTimeoutSchema, envVarsSchema, maybe, metadataSchema } from './e2b-fields.ts';

/** The parts of E2B's `network` that are served here; the others are refused by name. */
const SERVED_OF_NETWORK = ['allowPublicTraffic', 'maskRequestHost'];
const UNSERVED = ['mcp', 'iam', 'volumeMounts'] as const;

const networkSchema = z.looseObject({
  allowPublicTraffic: maybe(z.boolean()),
  maskRequestHost: maybe(z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be a host of printable characters')),
});

/**
 * POST /sandboxes and /v2/sandboxes. Fields that are not known are dropped, since every release of the SDK adds some;
 * values that ask for something that is not served are refused, never ignored.
 */
export const e2bCreateBodySchema = z
  .looseObject({
    templateID: maybe(z.string().min(1).max(255)),
    metadata: maybe(metadataSchema),
    envVars: maybe(envVarsSchema),
    timeout: maybe(e2bTimeoutSchema),
    allow_internet_access: maybe(z.boolean()),
    autoPause: maybe(z.boolean()),
    autoPauseMemory: maybe(z.boolean()),
    autoResume: maybe(z.object({ enabled: maybe(z.boolean()) })),
    network: maybe(networkSchema),
  })
  .superRefine((body, context) => {
    const refuse = (path: string[]) =>
      context.addIssue({ code: 'custom', path, message: 'is not supported by this service: leave it out' });
    for (const name of UNSERVED) if (!saysNothing(body[name])) refuse([name]);
    for (const [name, value] of Object.entries(body.network ?? {})) {
      if (!SERVED_OF_NETWORK.includes(name) && !saysNothing(value)) refuse(['network', name]);
    }
    if (body.autoPauseMemory === false && body.autoResume?.enabled === true) {
      const message = 'cannot be enabled together with autoPauseMemory: false';
      context.addIssue({ code: 'custom', path: ['autoResume'], message });
    }
  });

/** Absent or empty. `{ name: {} }` says something: that there is a thing of this name. */
export function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
