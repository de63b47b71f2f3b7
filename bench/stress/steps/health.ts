import { askHealth } from '../ask-health.ts';
import { judgeHealth } from '../judgements.ts';
import type { Step } from '../step.ts';

export const health: Step = {
  name: 'health',
  about: 'requests of /healthz, one after the other',
  async run(world) {
    const errors: string[] = [];
    return { judged: judgeHealth(await askHealth(world, world.sizes.requests, errors)), errors };
  },
};
