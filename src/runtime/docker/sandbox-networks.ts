import { SandboxError } from '../../domain/errors.ts';
import type { EngineInfo } from '../../ports/container-runtime.ts';
import { moveContainer } from './container-address.ts';
import type { EngineContext } from './engine-context.ts';
import type { Firewall } from './firewall.ts';
import type { FirewallPlan } from './firewall-rules.ts';
import { joinNetwork } from './join-networks.ts';
import { ensureNetwork, type NetworkKind, type SandboxNetwork } from './networks.ts';
import type { OwnContainer } from './own-container.ts';

export interface SandboxNetworksDeps {
  readonly context: EngineContext;
  readonly firewall: Firewall;
  /** The container of the service, which has to be in the networks itself; undefined on the engine's host. */
  readonly own: () => Promise<OwnContainer | undefined>;
  readonly openSubnet: string;
  readonly closedSubnet: string;
}

/** The two networks and the host's firewall, as last seen by `prepare`. */
export interface SandboxNetworks {
  /** Answers the bridges on the engine's host. */
  prepare(): Promise<readonly string[]>;
  /** undefined past the end of the ring, and before `prepare`. */
  addressAt(network: NetworkKind, index: number): string | undefined;
  /** 0 before `prepare`. */
  addressCount(network: NetworkKind): number;
  /** Empty before `prepare`. */
  list(): EngineInfo['networks'];
  isHostIsolated(): Promise<boolean>;
  /** Connects a stopped container, whose network was removed, to the network made again, at the same address. */
  reattach(containerId: string, address: string): Promise<void>;
}

export function sandboxNetworks(deps: SandboxNetworksDeps): SandboxNetworks {
  let known: { readonly open: SandboxNetwork; readonly closed: SandboxNetwork } | undefined;
  let plan: FirewallPlan = { bridges: [], guests: [] };
  const prepare = async () => {
    const open = await ensureNetwork(deps.context, 'open', deps.openSubnet);
    const closed = await ensureNetwork(deps.context, 'closed', deps.closedSubnet);
    known = { open, closed };
    const own = await deps.own();
    const join = async (network: SandboxNetwork) =>
      own === undefined ? [] : [{ bridge: network.bridge, address: await joinNetwork(deps.context, own, network) }];
    const guests = [...(await join(open)), ...(await join(closed))];
    plan = { bridges: [open.bridge, closed.bridge], guests };
    await deps.firewall.isolate(plan);
    return known;
  };
  return {
    async prepare() {
      await prepare();
      return plan.bridges;
    },
    addressAt: (network, index) => known?.[network].ring.at(index),
    addressCount: (network) => known?.[network].ring.count ?? 0,
    list() {
      const networks = known === undefined ? [] : [known.open, known.closed];
      return networks.map(({ name, ring }) => ({ name, subnet: ring.subnet }));
    },
    isHostIsolated: () => deps.firewall.isIsolated(plan),
    async reattach(containerId, address) {
      const now = await prepare();
      const network = (['open', 'closed'] as const).find((kind) => now[kind].ring.includes(address));
      if (network === undefined) throw outsideOfNetworks(address);
      await moveContainer(deps.context, containerId, { network, address });
    },
  };
}

function outsideOfNetworks(address: string): SandboxError {
  return new SandboxError('conflict', `The address ${address} lies in neither network any more.`, {
    hint: 'Give the container another address and start it again.',
    details: { reason: 'address_in_use' },
  });
}
