import { z } from 'zod';
import { SandboxError } from '../../domain/errors.ts';
import { type AddressRing, addressRing, gatewayOf } from '../address-ring.ts';
import type { EngineContext } from './engine-context.ts';
import type { EngineAnswer } from './exchange.ts';
import { NETWORKS } from './labels.ts';
import { refusal, understood, wordsOf } from './refusals.ts';

export type NetworkKind = keyof typeof NETWORKS;

/** A network as the engine has it. */
export interface SandboxNetwork {
  readonly name: string;
  readonly bridge: string;
  readonly ring: AddressRing;
}

const SETTINGS = { open: 'SANDGLASS_OPEN_SUBNET', closed: 'SANDGLASS_CLOSED_SUBNET' } as const;
const BRIDGE_NAME = 'com.docker.network.bridge.name';
const BRIDGE_ICC = 'com.docker.network.bridge.enable_icc';
const TRIES = 5;
const WAIT_MS = 100;

/**
 * The network, made when the engine has none of that name. Installations on one engine share it, so the subnet of the
 * one that is there wins. Throws `conflict` with a hint when it cannot be made, or is not as closed as sandboxes need.
 */
export async function ensureNetwork(
  context: EngineContext,
  kind: NetworkKind,
  subnet: string,
): Promise<SandboxNetwork> {
  for (let attempt = 1; ; attempt++) {
    const found = await findNetwork(context, kind);
    if (found !== undefined) return found;
    const answer = await askCreate(context, kind, subnet);
    if (answer.status < 400) continue;
    // Two services at once: the second one's refusal comes before the first one's network can be seen.
    if (attempt >= TRIES) throw networkRefusal(answer, kind, subnet);
    await context.clock.sleep(WAIT_MS);
  }
}

const networkSchema = z.object({
  Name: z.string(),
  Id: z.string(),
  Driver: z.string(),
  Internal: z.boolean(),
  Options: z.record(z.string(), z.string()).nullish(),
  IPAM: z.object({
    Config: z.array(z.object({ Subnet: z.string().default(''), Gateway: z.string().optional() })).nullish(),
  }),
});

async function findNetwork(context: EngineContext, kind: NetworkKind): Promise<SandboxNetwork | undefined> {
  const { name } = NETWORKS[kind];
  const answer = await context.calls.ask({
    name: 'network.inspect',
    method: 'GET',
    path: `/networks/${name}`,
    deadlineMs: context.deadlines.read,
  });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusal(answer, `look at the network ${name}`);
  const network = understood(networkSchema, answer, `the network ${name}`);
  const pool = network.IPAM.Config?.find((config) => config.Subnet.includes('.'));
  const isIsolating = network.Driver === 'bridge' && network.Options?.[BRIDGE_ICC] === 'false';
  if (pool === undefined || !isIsolating || (kind === 'closed' && !network.Internal)) throw notAsNeeded(name);
  return {
    name,
    bridge: network.Options?.[BRIDGE_NAME] ?? `br-${network.Id.slice(0, 12)}`,
    ring: addressRing(pool.Subnet, pool.Gateway),
  };
}

function askCreate(context: EngineContext, kind: NetworkKind, subnet: string): Promise<EngineAnswer> {
  const { name, bridge } = NETWORKS[kind];
  return context.calls.ask({
    name: 'network.create',
    method: 'POST',
    path: '/networks/create',
    body: {
      Name: name,
      // The names of networks are unique only for callers who ask for it (API before 1.44).
      CheckDuplicate: true,
      Driver: 'bridge',
      Internal: kind === 'closed',
      IPAM: { Config: [{ Subnet: subnet, Gateway: gatewayOf(subnet) }] },
      Options: { [BRIDGE_NAME]: bridge, [BRIDGE_ICC]: 'false' },
    },
    deadlineMs: context.deadlines.create,
  });
}

function networkRefusal(answer: EngineAnswer, kind: NetworkKind, subnet: string): SandboxError {
  const words = wordsOf(answer);
  if (!/overlap|conflicts with network/i.test(words)) return refusal(answer, `make the network ${NETWORKS[kind].name}`);
  return new SandboxError(
    'conflict',
    `The subnet ${subnet} of ${NETWORKS[kind].name} is in use on the engine: ${words}`,
    {
      hint: `Set ${SETTINGS[kind]} to a subnet that nothing on the engine's host uses.`,
      details: { reason: 'subnet_in_use', setting: SETTINGS[kind] },
    },
  );
}

function notAsNeeded(name: string): SandboxError {
  return new SandboxError('conflict', `The network ${name} on the engine was not made for sandboxes.`, {
    hint: `Remove it (docker network rm ${name}): it is made again, with its containers kept apart.`,
    details: { reason: 'network_not_isolating', network: name },
  });
}
