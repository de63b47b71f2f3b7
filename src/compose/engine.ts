import type { Config } from '../config.ts';
import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../observe/logger.ts';
import { shortSignature, signatureOf } from '../pool/signature.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { type AgentFolder, readAgentFolder } from '../runtime/docker/agent-folder.ts';
import { type DockerRuntimeDeps, dockerRuntime } from '../runtime/docker/docker-runtime.ts';
import { systemClock } from '../runtime/host/system-clock.ts';
import { inPackage } from './package-root.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The engine of the configuration; connects with the first call. */
export function openRuntime(
  config: Config,
  env: Environment,
  deps: Pick<DockerRuntimeDeps, 'serviceId' | 'log' | 'onCall'>,
): ContainerRuntime {
  return dockerRuntime({
    ...deps,
    engine: 'local',
    dockerHost: config.SANDGLASS_DOCKER_HOST,
    engineAddress: config.SANDGLASS_ENGINE_ADDRESS,
    certPath: env['DOCKER_CERT_PATH'],
    dockerConfigFolder: env['DOCKER_CONFIG'],
    openSubnet: config.SANDGLASS_OPEN_SUBNET,
    closedSubnet: config.SANDGLASS_CLOSED_SUBNET,
    agentFolder: builtAgent,
    hostRules: inPackage('dist', 'host-rules.js'),
    signatureOf: (parts) => shortSignature(signatureOf(parts)),
    clock: systemClock,
  });
}

function builtAgent(): Promise<AgentFolder> {
  return readAgentFolder(inPackage('dist', 'agent'));
}

/** The networks as they are, or as they will be made when the engine is back. */
export async function sandboxSubnets(config: Config, runtime: ContainerRuntime): Promise<readonly string[]> {
  try {
    return (await runtime.info()).networks.map(({ subnet }) => subnet);
  } catch {
    return [config.SANDGLASS_OPEN_SUBNET, config.SANDGLASS_CLOSED_SUBNET];
  }
}

/** Before the first start asks for it; a failure here is told again, to its caller, by the start. */
export async function deliverAgent({
  runtime,
  log,
}: {
  readonly runtime: ContainerRuntime;
  readonly log: Log;
}): Promise<void> {
  try {
    await runtime.deliverAgent();
  } catch (error) {
    log.warn({ event: 'agent.not_delivered', error: errorMessage(error) }, 'the agent is not on the engine yet');
  }
}
