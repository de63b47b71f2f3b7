import { isSandboxError, SandboxError } from '../../domain/errors.ts';
import type { ContainerFacts } from '../../ports/container-runtime.ts';
import { containerPath, findOwn, inspectContainer, isUp } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import type { EngineAnswer } from './exchange.ts';
import { containerGone, refusal, wordsOf } from './refusals.ts';

/**
 * Starts a container of ours; running already is done. `reattach` is called once when the network that it was made in
 * is gone (`docker network prune` removes it while no sandbox runs), to connect it to the network's successor.
 */
export async function startContainer(
  context: EngineContext,
  containerId: string,
  known: Pick<ContainerFacts, 'status' | 'address'> | undefined,
  reattach: (address: string) => Promise<void>,
): Promise<void> {
  const facts = known ?? (await findOwn(context, containerId));
  if (facts === undefined) throw containerGone(containerId);
  if (facts.status === 'running') return;
  // Cut between the two halves of a move, it would start without any network.
  if (facts.address === null) throw addressInUse('The container has no address in its network.');
  const first = await askStart(context, containerId);
  if (first === 'started') return;
  if (!isNetworkGone(first)) throw startRefusal(first, containerId);
  context.log.warn(
    { event: 'network.gone', containerId },
    'the network of a stopped container was removed: reattaching it',
  );
  await reattach(facts.address);
  const second = await askStart(context, containerId);
  if (second !== 'started') throw startRefusal(second, containerId);
}

/** A published port that the engine picked can be taken before it is bound: the next try picks another. */
const PORT_PICKS = 5;

async function askStart(context: EngineContext, containerId: string): Promise<EngineAnswer | 'started'> {
  try {
    for (let pick = 1; ; pick++) {
      const answer = await context.calls.ask({
        name: 'start',
        method: 'POST',
        path: containerPath(containerId, '/start'),
        deadlineMs: context.deadlines.start,
      });
      if (answer.status < 400) return 'started';
      if (pick === PORT_PICKS || !isPortTaken(answer)) return answer;
    }
  } catch (error) {
    // The engine finishes a start whose caller went away.
    if (!isSandboxError(error, 'engine_unavailable')) throw error;
    const facts = await inspectContainer(context, containerId);
    if (facts !== undefined && isUp(facts)) return 'started';
    throw error;
  }
}

function isPortTaken(answer: EngineAnswer): boolean {
  return /port is already allocated|bind: address already in use|listen (tcp|udp).*address already in use/i.test(
    wordsOf(answer),
  );
}

function isNetworkGone(answer: EngineAnswer): boolean {
  return answer.status === 404 && /^network \S+ not found/i.test(wordsOf(answer));
}

function startRefusal(answer: EngineAnswer, containerId: string): SandboxError {
  const words = wordsOf(answer);
  if (answer.status === 404 && /no such container/i.test(words)) return containerGone(containerId);
  if (/address already in use/i.test(words) && !/OCI runtime/i.test(words)) return addressInUse(words);
  if (answer.status === 409) {
    return new SandboxError('conflict', `The container cannot be started: ${words}`, {
      details: { reason: 'not_startable' },
    });
  }
  return refusal(answer, 'start the container');
}

function addressInUse(words: string): SandboxError {
  return new SandboxError('conflict', `The container cannot be started at its address: ${words}`, {
    hint: 'Give it another address and start it again.',
    details: { reason: 'address_in_use' },
  });
}
