import { SandboxError } from '../../domain/errors.ts';
import type { EngineContext } from './engine-context.ts';
import type { SandboxNetwork } from './networks.ts';
import type { OwnContainer } from './own-container.ts';
import { refusal, wordsOf } from './refusals.ts';

/**
 * Plugs the service's own container into a sandbox network, at one of the addresses that no sandbox gets. Nothing is
 * asked where it is there already. Throws `conflict` when all of them are taken.
 */
export async function joinNetwork(context: EngineContext, own: OwnContainer, network: SandboxNetwork): Promise<string> {
  const known = own.addresses.get(network.name);
  if (known !== undefined) return known;
  for (let index = 0; index < network.ring.guests; index++) {
    const address = network.ring.guestAt(index);
    const answer = await context.calls.ask({
      name: 'network.join',
      method: 'POST',
      path: `/networks/${network.name}/connect`,
      body: { Container: own.id, EndpointConfig: { IPAMConfig: { IPv4Address: address } } },
      deadlineMs: context.deadlines.update,
    });
    if (answer.status < 400) return address;
    if (!/address already in use/i.test(wordsOf(answer)))
      throw refusal(answer, `take the service into ${network.name}`);
  }
  throw new SandboxError('conflict', `No address for the service is free in the network ${network.name}.`, {
    hint: 'Use a larger subnet: one address of 16 is kept for services, and never more than 16.',
    details: { reason: 'address_in_use', network: network.name },
  });
}
