import { SandboxError } from '../../domain/errors.ts';
import { findOwn, isUp } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import type { EngineAnswer } from './exchange.ts';
import { NETWORKS } from './labels.ts';
import type { NetworkKind } from './networks.ts';
import { containerGone, refusal, wordsOf } from './refusals.ts';

export interface Move {
  readonly network: NetworkKind;
  readonly address: string;
}

/**
 * Gives a container of ours that does not run another address. Safe to repeat: cut between its two halves it leaves a
 * container without a network, which `start` refuses as `address_in_use`.
 */
export async function moveContainer(context: EngineContext, containerId: string, move: Move): Promise<void> {
  const facts = await findOwn(context, containerId);
  if (facts === undefined) throw containerGone(containerId);
  if (isUp(facts)) {
    throw new SandboxError('conflict', 'The address of a running container cannot be changed.', {
      details: { reason: 'running' },
    });
  }
  // Connecting a stopped container twice answers 200 and keeps the first address (20.10).
  const left = await ask(context, move, 'disconnect', { Container: containerId });
  if (left.status >= 400 && !/is not connected/i.test(wordsOf(left))) throw refusal(left, 'free the address');
  const joined = await ask(context, move, 'connect', {
    Container: containerId,
    EndpointConfig: { IPAMConfig: { IPv4Address: move.address } },
  });
  if (joined.status >= 400) throw refusal(joined, `give the address ${move.address}`);
}

function ask(context: EngineContext, move: Move, verb: 'connect' | 'disconnect', body: object): Promise<EngineAnswer> {
  return context.calls.ask({
    name: `network.${verb}`,
    method: 'POST',
    path: `/networks/${NETWORKS[move.network].name}/${verb}`,
    body,
    deadlineMs: context.deadlines.update,
  });
}
