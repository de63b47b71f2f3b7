import type { Taken } from '../../interleaved.ts';
import { burstOf } from '../../service/burst-of.ts';
import { type Burst, judgeConcurrency } from '../judgements.ts';
import type { Step } from '../step.ts';
import type { World } from '../world.ts';

export const concurrency: Step = {
  name: 'concurrency',
  about: 'default creates all at once, the pool full before each burst; all are deleted again',
  async run(world) {
    const { atOnce, rounds } = world.sizes.bursts;
    const errors: string[] = [];
    const byWidth = new Map<number, Burst>();
    await world.rest();
    const memoryBefore = await memoryOf(world, 'before bursts');
    for (const width of atOnce) {
      const taken: Taken = { samples: [], errors, stages: {} };
      let misses = 0;
      for (let round = 0; round < rounds; round += 1) {
        world.setup.say(`${width} creates at once: ${round + 1} of ${rounds}`);
        await world.rest();
        misses += (await burstOf(world.setup, world.service, width, taken)).cold;
      }
      byWidth.set(width, { asked: width * rounds, latencies: taken.samples, misses });
      await world.sample(`${width} at once`);
    }
    await world.rest();
    const memoryAfter = await memoryOf(world, 'after bursts');
    const { many: floor } = world.sizes.floor;
    return { judged: judgeConcurrency({ floor, byWidth, memoryBefore, memoryAfter }), errors };
  },
};

async function memoryOf({ sample }: World, label: string): Promise<number> {
  const { serviceMib, containersMib } = await sample(label);
  return serviceMib + containersMib;
}
