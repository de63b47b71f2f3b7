import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
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
  /** Interfaces of the two networks on the engine's host. */
  readonly bridges: readonly string[];
  /** Where the engine's host is reached, when the settings say so. */
  readonly engineAddress: string | null;
  /** This process runs in a container that is in both networks. */
  readonly isInside: boolean;
}

const BY_ADDRESS: AgentReach = { kind: 'address' };

/** Addresses only where the engine's bridges are this machine's own: Docker Desktop has them in its virtual machine. */
export async function agentReach({ host, bridges, engineAddress, isInside }: ReachQuestion): Promise<AgentReach> {
  if (engineAddress !== null) return published(engineAddress);
  if (isInside) return BY_ADDRESS;
  if (host.kind === 'tcp') return published(host.host);
  if (host.kind === 'ssh') return published(host.destination.replace(/^.*@/, ''));
  if (!(await isInOurNetwork(host.socketPath))) return published('127.0.0.1');
  // Not os.networkInterfaces(): it leaves out a bridge that no container is plugged into.
  const isOurs = (bridge: string) => existsSync(join('/sys/class/net', bridge));
  return bridges.every(isOurs) ? BY_ADDRESS : published('127.0.0.1');
}

function published(host: string): AgentReach {
  return { kind: 'published', host, bind: isIP(host) === 0 ? '' : host };
}
