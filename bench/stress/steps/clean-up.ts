import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../../../src/domain/errors.ts';
import { containersOf } from '../../../test/support/engine.ts';
import { expectStatus } from '../../service/http-client.ts';
import { readView } from '../../service/sandbox-view.ts';
import { expectContainers, warmCount } from '../../service/warm-pool.ts';
import { judgeCleanUp } from '../judgements.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

const LIFETIME = { timeoutSeconds: 10, onTimeout: 'delete' };
const LONGEST_MS = 120_000;
const LOOK_MS = 500;

/** Nothing is deleted by hand: what was started goes by its lifetime, what was kept for it by the pool's. */
export const cleanUp: Step = {
  name: 'clean-up',
  about: 'a spike of sandboxes with a short lifetime; nobody deletes them',
  async run(world) {
    const errors: string[] = [];
    await atFloor(world);
    const { containersMib: baseline } = await world.sample('before the spike');
    await spike(world, errors);
    await world.sample('spike');
    await atFloor(world);
    const { containersMib: workingSet, containers } = await world.sample('after the spike');
    return { judged: judgeCleanUp({ floor: world.floor, containers, baseline, workingSet }), errors };
  },
};

async function spike({ service, sizes }: World, errors: string[]): Promise<void> {
  const create = async () => {
    try {
      const answer = await service.client().send('POST', '/v1/sandboxes', JSON.stringify({ lifetime: LIFETIME }));
      expectStatus(answer, 201, 'the create');
      return [readView(answer).id];
    } catch (error) {
      errors.push(errorMessage(error));
      return [];
    }
  };
  const made = await Promise.all(Array.from({ length: sizes.spike }, create));
  await expectContainers(service, made.flat());
}

/** Waits until only the floor is there, all of it warm; as long as every span that ends something, not longer. */
async function atFloor({ floor, rest, service, setup }: World): Promise<void> {
  const endMs = performance.now() + LONGEST_MS;
  const isSo = async () => {
    const containers = (await containersOf(service.serviceId)).length;
    return containers === floor && (await warmCount(service)) === floor;
  };
  while (!(await isSo())) {
    if (performance.now() > endMs) return;
    await sleep(LOOK_MS, undefined, { signal: setup.ending.signal });
  }
  await rest();
}
