import { z } from '@hono/zod-openapi';

const reachableSchema = z.object({
  name: z.string(),
  reachable: z.literal(true),
  version: z.string(),
  storageDriver: z.string(),
  cgroupVersion: z.string(),
  runtimes: z.array(z.string()),
  kernel: z.string().openapi({ description: 'Its release, as uname -r tells it.' }),
  cpus: z.number(),
  memoryMb: z.number(),
  memoryBytes: z.number().int(),
  diskEnforced: z.boolean().openapi({ description: 'Whether diskMb of a sandbox is enforced.' }),
  hostIsolated: z.boolean().openapi({ description: 'Whether the host drops new connections from sandboxes.' }),
  agentsReached: z.string().openapi({ description: 'How the service reaches the agents inside sandboxes.' }),
  networks: z.array(z.object({ name: z.string(), subnet: z.string() })),
});

const engineExample = {
  ...{ name: 'local', reachable: true, version: '27.3.1', storageDriver: 'overlay2', cgroupVersion: '2' },
  ...{ runtimes: ['runc'], kernel: '6.1.0-25-amd64', cpus: 8, memoryMb: 24_000, memoryBytes: 25_165_824_000 },
  ...{ diskEnforced: false, hostIsolated: true },
  agentsReached: 'by the addresses of their containers',
  networks: [{ name: 'sandglass-open', subnet: '10.88.0.0/16' }],
};

const unreachableSchema = z.object({ name: z.string(), reachable: z.literal(false) });

export const engineSchema = z.union([reachableSchema, unreachableSchema]).openapi('Engine', { example: engineExample });

export const engineListSchema = z
  .object({ items: z.array(engineSchema) })
  .openapi('EngineList', { example: { items: [engineExample] } });

export type EngineView = z.infer<typeof engineSchema>;
