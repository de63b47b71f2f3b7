import type { Log } from '../../observe/logger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContainerRuntime } from '../../ports/container-runtime.ts';
import type { SignatureParts } from '../../ports/pool-view.ts';
import { joinedPulls } from '../joined-pulls.ts';
import { agentDelivery } from './agent-delivery.ts';
import type { AgentFolder } from './agent-folder.ts';
import { type AgentReach, agentReach } from './agent-reach.ts';
import { type CapabilityOverrides, capabilitiesOf } from './capabilities.ts';
import { type ConnectionDeps, openConnection } from './connection.ts';
import { moveContainer } from './container-address.ts';
import { createContainer } from './container-create.ts';
import { findContainerFile, packContainerFolder, readContainerFile, walkContainerFolder } from './container-files.ts';
import { pauseContainer, unpauseContainer } from './container-freeze.ts';
import { containerLog } from './container-logs.ts';
import { inspectContainer, listContainers } from './container-look.ts';
import { removeContainer } from './container-remove.ts';
import { startContainer } from './container-start.ts';
import { killContainer, stopContainer } from './container-stop.ts';
import { updateContainer } from './container-update.ts';
import { containerUsage } from './container-usage.ts';
import { DEADLINES, type Deadlines } from './deadlines.ts';
import type { DockerHost } from './docker-host.ts';
import { type CallOutcome, engineCalls } from './engine-calls.ts';
import type { EngineContext } from './engine-context.ts';
import { rememberedInfo } from './engine-info.ts';
import { containerEvents } from './events.ts';
import { type Firewall, hostFirewall } from './firewall.ts';
import { guestFirewall } from './guest-firewall.ts';
import { pullImage } from './image-pull.ts';
import { inspectImage, keepImage, releaseImages } from './images.ts';
import { logTail } from './log-tail.ts';
import { hasNetworkRights } from './network-rights.ts';
import { findOwnContainer } from './own-container.ts';
import { isInOurNetwork } from './own-network.ts';
import { findCredentials } from './registry-credentials.ts';
import { sandboxNetworks } from './sandbox-networks.ts';
import { writtenBytes } from './written-bytes.ts';

export interface DockerRuntimeDeps extends ConnectionDeps {
  /** The engine's name in rows and views. */
  readonly engine: string;
  readonly serviceId: string;
  /** Subnets of the two networks, used where the engine does not have them yet. */
  readonly openSubnet: string;
  readonly closedSubnet: string;
  /** Where published ports of the engine are reached; found by itself when not given. */
  readonly engineAddress?: string | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every call to the engine: its name, how it ended, how long it took. */
  readonly onCall?: (call: string, outcome: CallOutcome, durationMs: number) => void;
  /** What runtimes can do, by name, where the table does not know better. */
  readonly capabilities?: CapabilityOverrides;
  /** The folder of Docker's config.json, as DOCKER_CONFIG names it; ~/.docker when not given. */
  readonly dockerConfigFolder?: string | undefined;
  readonly deadlines?: Partial<Deadlines>;
  /** Names the kind of a container, for its label; none when not given. */
  readonly signatureOf?: (parts: SignatureParts) => string;
  /** The agent of this build; without one, only containers with a command of their own can be made. */
  readonly agentFolder?: () => Promise<AgentFolder>;
  /** The built host-rules/main.ts, for a service that runs in a container; without it the host's firewall stays as it is. */
  readonly hostRules?: string;
}

/** One Docker engine, 20.10 or newer. Connects with the first call; throws `invalid_request` for a host it cannot read. */
export function dockerRuntime(deps: DockerRuntimeDeps): ContainerRuntime {
  const { engine, clock, log, serviceId } = deps;
  const connection = openConnection(deps);
  const deadlines = { ...DEADLINES, ...deps.deadlines };
  const calls = engineCalls({ engine, connection, clock, pingMs: deadlines.ping, onCall: deps.onCall ?? (() => {}) });
  let reach: AgentReach = { kind: 'address' };
  const publishedHost = () => (reach.kind === 'published' ? reach.host : null);
  const context: EngineContext = { engine, serviceId, calls, deadlines, clock, log, publishedHost };
  const delivery = agentDelivery(context, () => deps.agentFolder?.());
  const isLocal = connection.host.kind === 'unix';
  const own = () => findOwnContainer(context);
  const onHost = hostFirewall({ mayChange: () => mayChangeHost(connection.host), log });
  const asGuest = guestFirewall({ context, own, program: deps.hostRules ?? '' });
  const firewall: Firewall = {
    isolate: async (plan) => (plan.guests.length > 0 ? asGuest : onHost).isolate(plan),
    isIsolated: async (plan) => (plan.guests.length > 0 ? asGuest : onHost).isIsolated(plan),
  };
  const subnets = { openSubnet: deps.openSubnet, closedSubnet: deps.closedSubnet };
  const networks = sandboxNetworks({ context, firewall, own, ...subnets });
  const info = rememberedInfo(context, isLocal);
  const credentials = (registry: string) => findCredentials({ configFolder: deps.dockerConfigFolder, log }, registry);
  const pulls = joinedPulls((image, onProgress, signal) =>
    pullImage({ context, credentials }, image, onProgress, signal),
  );
  const closing = new AbortController();
  return {
    engine,
    ping: calls.ping,
    async info() {
      const { runtimes, ...facts } = await info(true);
      const agentsReached = reach.kind === 'address' ? 'by address' : `by ports published on ${reach.host}`;
      const names = runtimes.map(({ name }) => name);
      return { ...facts, name: engine, runtimes: names, agentsReached, networks: networks.list() };
    },
    isHostIsolated: networks.isHostIsolated,
    async capabilities(runtime) {
      const isNamed = ({ name }: { name: string }) => name === runtime;
      const known = (await info()).runtimes.find(isNamed) ?? (await info(true)).runtimes.find(isNamed);
      return known === undefined ? undefined : capabilitiesOf(known, deps.capabilities);
    },
    async prepare() {
      const bridges = await networks.prepare();
      const isInside = (await own()) !== undefined;
      const engineAddress = deps.engineAddress ?? null;
      reach = await agentReach({ host: connection.host, bridges, engineAddress, isInside });
    },
    addressAt: networks.addressAt,
    addressCount: networks.addressCount,
    findImage: async (image) => (await inspectImage(context, image))?.id,
    pullImage: pulls.pull,
    keepImage: (templateName, image) => keepImage(context, templateName, image),
    releaseImages: (templateName) => releaseImages(context, templateName),
    create: (spec) =>
      createContainer(context, spec, {
        isDiskEnforced: async () => (await info()).diskEnforced,
        agent: async () => ({ ...(await delivery.ensure()), reach }),
        signatureOf: deps.signatureOf ?? (() => ''),
      }),
    agentVersion: async () => (await deps.agentFolder?.())?.version ?? null,
    deliverAgent: async () => {
      await delivery.ensure();
      await delivery.removeOld();
    },
    start: (containerId, known) =>
      startContainer(context, containerId, known, (address) => networks.reattach(containerId, address)),
    moveAddress: (containerId, network, address) => moveContainer(context, containerId, { network, address }),
    stop: (containerId, graceSeconds) => stopContainer(context, containerId, graceSeconds),
    kill: (containerId) => killContainer(context, containerId),
    pause: (containerId) => pauseContainer(context, containerId),
    unpause: (containerId) => unpauseContainer(context, containerId),
    update: (containerId, resources) => updateContainer(context, containerId, resources),
    remove: (containerId) => removeContainer(context, containerId),
    inspect: (idOrName) => inspectContainer(context, idOrName),
    list: () => listContainers(context),
    logTail: (containerId, maxBytes) => logTail(context, containerId, maxBytes),
    log: (containerId, query) => containerLog(context, containerId, query),
    writtenBytes: () => writtenBytes(context),
    usage: (containerId) => containerUsage(context, containerId),
    findFile: (containerId, path) => findContainerFile(context, containerId, path),
    readFile: (containerId, path, signal) => readContainerFile(context, containerId, { path, signal }),
    walkFolder: (containerId, path, signal) => walkContainerFolder(context, containerId, { path, signal }),
    packFolder: (containerId, path, signal) => packContainerFolder(context, containerId, { path, signal }),
    events: (signal) => containerEvents(context, AbortSignal.any([signal, closing.signal])),
    async close() {
      closing.abort();
      pulls.close(new Error('the runtime was closed'));
      connection.close();
    },
  };
}

async function mayChangeHost(host: DockerHost): Promise<boolean> {
  return host.kind === 'unix' && (await hasNetworkRights()) && isInOurNetwork(host.socketPath);
}
