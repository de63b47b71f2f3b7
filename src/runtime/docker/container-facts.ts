import { z } from 'zod';
import { AGENT_PORT } from '../../ports/agent-client.ts';
import type { ContainerFacts, ContainerStatus, ContainerSummary } from '../../ports/container-runtime.ts';
import type { EngineAnswer } from './exchange.ts';
import { LABELS } from './labels.ts';
import { understood } from './refusals.ts';

/** What a container of ours is attached to, when it is. */
const endpointSchema = z.object({
  IPAddress: z.string().default(''),
  IPAMConfig: z.object({ IPv4Address: z.string().default('') }).nullish(),
});

const inspectSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  State: z.object({
    Status: z.string(),
    OOMKilled: z.boolean(),
    ExitCode: z.number(),
    Error: z.string().default(''),
    StartedAt: z.string(),
  }),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  HostConfig: z.object({
    NanoCpus: z.number().nullish(),
    Memory: z.number().nullish(),
    PidsLimit: z.number().nullish(),
  }),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), endpointSchema.nullable()).nullish(),
    Ports: z.record(z.string(), z.array(z.object({ HostPort: z.string() })).nullish()).nullish(),
  }),
});

const summarySchema = z.object({
  Id: z.string(),
  Names: z.array(z.string()).nullish(),
  State: z.string(),
  Created: z.number(),
  Labels: z.record(z.string(), z.string()).nullish(),
});

const NEVER_STARTED = '0001-01-01T00:00:00Z';
const MIB = 1024 * 1024;

/** The engine's answer to an inspect. `publishedHost` is where published ports are reached; null = addresses are. */
export function readFacts(answer: EngineAnswer, publishedHost: string | null): ContainerFacts {
  const { Id, Name, Image, State, Config, HostConfig, NetworkSettings } = understood(
    inspectSchema,
    answer,
    'a container',
  );
  const status = statusOf(State.Status);
  const address = addressOf(NetworkSettings.Networks ?? {});
  const agentVersion = Config.Labels?.[LABELS.agent] || null;
  const hasEnded = status === 'exited' || status === 'dead';
  return {
    id: Id,
    name: nameOf(Name),
    status,
    serviceId: Config.Labels?.[LABELS.service] ?? null,
    sandboxId: Config.Labels?.[LABELS.sandbox] ?? null,
    tenant: Config.Labels?.[LABELS.tenant] || null,
    startedAt: State.StartedAt === NEVER_STARTED ? '' : State.StartedAt,
    exitCode: hasEnded ? State.ExitCode : null,
    oomKilled: State.OOMKilled,
    error: State.Error,
    address,
    agentVersion,
    agentEndpoint: agentVersion === null ? null : endpointOf(address, publishedHost, NetworkSettings.Ports ?? {}),
    imageDigest: Image,
    resources: {
      cpus: (HostConfig.NanoCpus ?? 0) / 1e9,
      memoryMb: (HostConfig.Memory ?? 0) / MIB,
      pids: HostConfig.PidsLimit ?? 0,
    },
  };
}

/** The engine's list. A container without a sandbox label is none of ours. */
export function readSummaries(answer: EngineAnswer): readonly ContainerSummary[] {
  return understood(z.array(summarySchema), answer, 'its containers').flatMap((entry) => {
    const sandboxId = entry.Labels?.[LABELS.sandbox];
    if (sandboxId === undefined || sandboxId === '') return [];
    const name = nameOf(entry.Names?.[0] ?? '');
    return [{ id: entry.Id, name, sandboxId, status: statusOf(entry.State), createdAtMs: entry.Created * 1000 }];
  });
}

function statusOf(state: string): ContainerStatus {
  switch (state) {
    case 'created':
    case 'running':
    case 'paused':
    case 'exited':
      return state;
    case 'restarting':
      return 'running';
    default:
      return 'dead';
  }
}

function nameOf(text: string): string {
  return text.startsWith('/') ? text.slice(1) : text;
}

/** Asked for in IPAMConfig, given in IPAddress while it runs. */
function addressOf(networks: Readonly<Record<string, z.infer<typeof endpointSchema> | null>>): string | null {
  const names = Object.keys(networks).sort((one, other) => Number(isOurs(other)) - Number(isOurs(one)));
  const endpoint = networks[names[0] ?? ''];
  return endpoint?.IPAddress || endpoint?.IPAMConfig?.IPv4Address || null;
}

function endpointOf(
  address: string | null,
  publishedHost: string | null,
  ports: Readonly<Record<string, readonly { readonly HostPort: string }[] | null | undefined>>,
): string | null {
  if (publishedHost === null) return address === null ? null : `${address}:${AGENT_PORT}`;
  const port = ports[`${AGENT_PORT}/tcp`]?.[0]?.HostPort;
  return port === undefined ? null : `${publishedHost}:${port}`;
}

function isOurs(network: string): boolean {
  return network === 'sandglass-open' || network === 'sandglass-closed';
}
