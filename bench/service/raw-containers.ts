import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import { agentVariables } from '../../src/contract/agent.ts';
import { addressRing } from '../../src/runtime/address-ring.ts';
import { containerOf, engine, removeContainersOf } from '../../test/support/engine.ts';

export interface RawContainer {
  /** What the engine is asked for: all of the model's spec, with a name, an address and a secret of its own. */
  readonly body: Docker.ContainerCreateOptions;
  /** Where its agent will answer. */
  readonly address: string;
}

export interface RawContainers {
  next(): RawContainer;
  removeAll(): Promise<void>;
}

/**
 * Containers made by the engine alone after the model of one that the service made. Labelled for a service that does
 * not exist, so that no service touches them.
 */
export async function rawContainers(modelServiceId: string, sandboxId: string): Promise<RawContainers> {
  const rawServiceId = randomBytes(8).toString('hex');
  const { Config, HostConfig } = await inspectModel(modelServiceId, sandboxId);
  const network = HostConfig.NetworkMode ?? 'bridge';
  const ring = await ringOf(network);
  // Half a ring away from where the service takes its addresses (jobs/fresh-container.ts).
  const firstIndex = Number.parseInt(modelServiceId.slice(0, 6), 16) + Math.floor(ring.count / 2);
  let made = 0;
  return {
    next() {
      made += 1;
      const name = `raw${rawServiceId}${made}`;
      const address = ring.at((firstIndex + made) % ring.count);
      if (address === undefined) throw new Error('the network has no address left');
      const body = {
        ...Config,
        name: `sandglass-bench-${name}`,
        Hostname: name,
        Env: withOwnSecret(Config.Env),
        Labels: { ...Config.Labels, 'sandglass.service': rawServiceId, 'sandglass.sandbox': name },
        HostConfig,
        NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } },
      };
      return { body, address };
    },
    removeAll: () => removeContainersOf(rawServiceId),
  };
}

/** Nobody knows the secret of it: such an agent answers, and takes no run. */
function withOwnSecret(variables: readonly string[]): string[] {
  const name = `${agentVariables.initSecretHash}=`;
  if (!variables.some((one) => one.startsWith(name))) throw new Error('the model container runs no agent');
  return [...variables.filter((one) => !one.startsWith(name)), `${name}${randomBytes(32).toString('hex')}`];
}

async function inspectModel(serviceId: string, sandboxId: string) {
  const model = await containerOf(serviceId, sandboxId);
  if (model === undefined) throw new Error('the engine has no container of the sandbox');
  return engine.getContainer(model.Id).inspect();
}

async function ringOf(networkName: string) {
  const network = await engine.getNetwork(networkName).inspect();
  const pool: unknown = network.IPAM?.Config?.[0];
  if (typeof pool !== 'object' || pool === null || !('Subnet' in pool)) throw new Error('the network has no subnet');
  return addressRing(String(pool.Subnet), 'Gateway' in pool ? String(pool.Gateway) : undefined);
}

/** Throws unless the engine says that it runs. */
export async function expectRunning(containerId: string): Promise<void> {
  const { State } = await engine.getContainer(containerId).inspect();
  if (!State.Running) throw new Error(`the container is ${State.Status}, not running`);
}
