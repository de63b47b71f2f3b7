import { SandboxError } from '../../domain/errors.ts';
import { AGENT_PORT } from '../../ports/agent-client.ts';
import type { ContainerSpec } from '../../ports/container-runtime.ts';
import type { DeliveredAgent } from './agent-delivery.ts';
import { AGENT_FOLDER } from './agent-place.ts';
import { LABELS, NETWORKS } from './labels.ts';
import { readOnlyMount } from './read-only-folders.ts';

export interface CreateFacts {
  readonly serviceId: string;
  /** The delivered agent, for a container whose main process it is. */
  readonly agent: DeliveredAgent | null;
  /** The USER of the image; empty when it names none. */
  readonly imageUser: string;
  /** Absolute paths of the image that are mounted read-only. */
  readonly readOnlyFolders: readonly string[];
  /** Empty where none is known. */
  readonly signature: string;
  /** True where the storage driver enforces a size. */
  readonly isDiskEnforced: boolean;
}

const MIB = 1024 * 1024;

/** The body of `POST /containers/create`: nothing of the image's ENTRYPOINT, CMD or HEALTHCHECK runs. */
export function createBody(spec: ContainerSpec, facts: CreateFacts): object {
  const network = NETWORKS[spec.network].name;
  return {
    Image: spec.image,
    Hostname: spec.sandboxId,
    ...mainProcess(spec.main, facts),
    StopSignal: 'SIGTERM',
    Healthcheck: { Test: ['NONE'] },
    // All of them always: an image committed from a sandbox brings that sandbox's labels.
    Labels: {
      [LABELS.service]: facts.serviceId,
      [LABELS.sandbox]: spec.sandboxId,
      [LABELS.tenant]: spec.tenant ?? '',
      [LABELS.signature]: facts.signature,
      [LABELS.agent]: facts.agent?.version ?? '',
    },
    HostConfig: hostConfig(spec, facts, network),
    NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: spec.address } } } },
  };
}

function mainProcess(main: ContainerSpec['main'], { agent, imageUser }: CreateFacts): object {
  if (main.kind === 'agent') {
    if (agent === null) throw new SandboxError('internal', 'The engine has no agent to start.');
    return {
      Entrypoint: agent.argv.slice(0, 1),
      Cmd: agent.argv.slice(1),
      Env: [`SANDGLASS_INIT_SHA256=${main.initSecretHash}`, `SANDGLASS_IMAGE_USER=${imageUser}`],
      User: '0:0',
      ...(agent.reach.kind === 'published' ? { ExposedPorts: { [`${AGENT_PORT}/tcp`]: {} } } : {}),
    };
  }
  const { command, env, user, workdir } = main;
  return {
    Entrypoint: command.slice(0, 1),
    Cmd: command.slice(1),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...(user === null ? {} : { User: user }),
    ...(workdir === null ? {} : { WorkingDir: workdir }),
  };
}

function hostConfig(spec: ContainerSpec, facts: CreateFacts, network: string): object {
  const { resources } = spec;
  return {
    Init: true,
    Runtime: spec.runtime,
    NetworkMode: network,
    RestartPolicy: { Name: 'no' },
    ...limits(resources),
    ...(facts.agent === null ? {} : { Mounts: [mountOf(facts.agent), ...facts.readOnlyFolders.map(readOnlyMount)] }),
    ...publishing(facts.agent),
    ...(facts.isDiskEnforced && resources.diskMb !== null ? { StorageOpt: { size: `${resources.diskMb}m` } } : {}),
    Privileged: false,
    CapDrop: ['NET_RAW', 'MKNOD'],
    SecurityOpt: spec.sudo ? [] : ['no-new-privileges'],
    // One echo loop wrote 138 MB in 3 s with the engine's defaults.
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    // A core dump would go to the sandbox's disk, or to the host's core_pattern program.
    Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
    ...(spec.network === 'closed' ? CLOSED_NAMES : {}),
  };
}

/**
 * Engines before 26.0 forward the lookups of an internal network to a resolver of the host (CVE-2024-29018): a closed
 * sandbox's lookups go to its own loopback, where nobody answers.
 */
const CLOSED_NAMES = { Dns: ['127.0.0.1'], DnsOptions: ['timeout:1', 'attempts:1'] };

/** Read-only, and never made by the engine out of nothing when it is missing: the delivery makes it. */
function mountOf(agent: DeliveredAgent): object {
  return { Type: 'volume', Source: agent.volume, Target: AGENT_FOLDER, ReadOnly: true };
}

/** The engine picks the port, anew at each start. */
function publishing(agent: DeliveredAgent | null): object {
  if (agent?.reach.kind !== 'published') return {};
  return { PortBindings: { [`${AGENT_PORT}/tcp`]: [{ HostIp: agent.reach.bind, HostPort: '' }] } };
}

/** Memory with swap as one bound: memory alone is refused by the engine when the swap bound is below it. */
export function limits(resources: ContainerSpec['resources']): object {
  const memoryBytes = Math.round(resources.memoryMb * MIB);
  return {
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(resources.cpus * 1e9),
    PidsLimit: resources.pids,
  };
}
