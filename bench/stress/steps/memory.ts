import { manyCycles } from '../../service/cycles.ts';
import { settledRssMib } from '../../service/rss.ts';
import { askHealth } from '../ask-health.ts';
import { judgeMemory } from '../judgements.ts';
import type { Step } from '../step.ts';

/** The RSS is read after cycles that warm up, and again after those that count. */
export const memory: Step = {
  name: 'memory',
  about: 'twice as many requests, then sandboxes of the base template made and deleted again and again',
  async run(world) {
    const { service, setup, sizes } = world;
    const errors: string[] = [];
    const health = await askHealth(world, 2 * sizes.requests, errors);
    const { warmUp, count, atOnce } = sizes.cycles;
    const pid = service.process().pid;
    await manyCycles(setup, service, { count: warmUp, atOnce, errors });
    const rssBefore = await settledRssMib(pid, sizes.settleMs);
    const failedBefore = errors.length;
    await manyCycles(setup, service, { count, atOnce, errors });
    const failedCycles = errors.length - failedBefore;
    const rssAfter = await settledRssMib(pid, sizes.settleMs);
    return { judged: judgeMemory({ health, cycles: count, failedCycles, rssBefore, rssAfter }), errors };
  },
};
