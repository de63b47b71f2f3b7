import { z } from 'zod';

/**
 * The live information of a sandbox, and the allowlist of what the live store and the snapshot may hold. Nothing else,
 * ever: not spec, env, command, tokens, version, snapshot, owner key. Instants are epoch milliseconds.
 */
export const sandboxInfoSchema = z.object({
  id: z.string(),
  tenant: z.string().nullable().default(null),
  state: z.string(),
  incarnation: z.number().int(),
  engine: z.string(),
  address: z.string().nullable().default(null),
  agentVersion: z.string().nullable().default(null),
  template: z.string().nullable().default(null),
  image: z.string(),
  imageDigest: z.string().nullable().default(null),
  labels: z.record(z.string(), z.string()).default({}),
  resources: z.object({
    cpus: z.number(),
    memoryMb: z.number(),
    diskMb: z.number().nullable(),
    pids: z.number(),
  }),
  runtime: z.string(),
  network: z.object({ internet: z.boolean() }),
  onTimeout: z.string(),
  autoResume: z.boolean().default(false),
  trafficTokenHash: z.string().nullable().default(null),
  createdAtMs: z.number(),
  startedAtMs: z.number().nullable().default(null),
  stopAtMs: z.number().nullable().default(null),
  idleSeconds: z.number().nullable().default(null),
  lastActivityAtMs: z.number().nullable().default(null),
});

export type SandboxInfo = z.infer<typeof sandboxInfoSchema>;
export type SandboxInfoField = keyof SandboxInfo;
export const sandboxInfoFields = Object.keys(sandboxInfoSchema.shape) as readonly SandboxInfoField[];

/** Keeps the schema's fields and drops everything else; throws when a required one is missing or of another type. */
export function filterSandboxInfo(candidate: unknown): SandboxInfo {
  return sandboxInfoSchema.parse(candidate);
}

/** The schema's fields out of a partial change; unknown fields and those of another type are dropped. */
export function filterSandboxInfoPatch(candidate: Readonly<Record<string, unknown>>): Partial<SandboxInfo> {
  const kept: Record<string, unknown> = {};
  for (const field of sandboxInfoFields) {
    if (!(field in candidate)) continue;
    const parsed = sandboxInfoSchema.shape[field].safeParse(candidate[field]);
    if (parsed.success) kept[field] = parsed.data;
  }
  return kept;
}
