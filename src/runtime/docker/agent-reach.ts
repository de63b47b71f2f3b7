import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { gatewayOf } from '../address-ring.ts';
import type { DockerHost } from './docker-host.ts';
import { isInOurNetwork } from './own-network.ts';

/**
 * How agents are reached: at the containers' own addresses, or by one port of each that the engine publishes on its
 * host, through which all others are reached too.
 */
export type AgentReach =
  | { readonly kind: 'address' }
  /** `bind` is the address of the engine's host on which ports are opened; empty = all of them. */
  | { readonly kind: 'published'; readonly host: string; readonly bind: string };

export interface ReachQuestion {
  readonly host: DockerHost;
  /** Of the two networks. */
  readonly subnets: readonly string[];
  /** Where the engine's host is reached, when the settings say so. */
  readonly engineAddress: string | null;
}

const BY_ADDRESS: AgentReach = { kind: 'address' };

/** Addresses only where the engine's bridges are this machine's own: Docker Desktop has them in its virtual machine. */
export async function agentReach({ host, subnets, engineAddress }: ReachQuestion): Promise<AgentReach> {
  if (engineAddress !== null) return published(engineAddress);
  if (host.kind === 'tcp') return published(host.host);
  if (host.kind === 'ssh') return published(host.destination.replace(/^.*@/, ''));
  if (!(await isInOurNetwork(host.socketPath))) return published('127.0.0.1');
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const isOurs = (subnet: string) => own.some(({ address }) => address === gatewayOf(subnet));
  return subnets.some(isOurs) ? BY_ADDRESS : published('127.0.0.1');
}

function published(host: string): AgentReach {
  return { kind: 'published', host, bind: isIP(host) === 0 ? '' : host };
}
