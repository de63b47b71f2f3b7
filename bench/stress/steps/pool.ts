import { errorMessage } from '../../../src/domain/errors.ts';
import { expectStatus } from '../../service/http-client.ts';
import { readView } from '../../service/sandbox-view.ts';
import { claimsOf, deleteAll, expectContainers } from '../../service/warm-pool.ts';
import { containersCreated } from '../engine-events.ts';
import { judgePool } from '../judgements.ts';
import type { Step } from '../step.ts';

export const pool: Step = {
  name: 'pool',
  about: 'default creates against a full pool; what the engine made meanwhile, by its own event stream',
  async run({ rest, service, setup, sizes }) {
    const errors: string[] = [];
    const made: string[] = [];
    let warm = 0;
    await rest();
    const before = await claimsOf(service);
    const created = containersCreated(service.serviceId);
    for (let asked = 0; asked < sizes.poolCreates; asked += 1) {
      setup.ending.check();
      try {
        const answer = await service.client().send('POST', '/v1/sandboxes', '{}');
        expectStatus(answer, 201, 'the create');
        const view = readView(answer);
        made.push(view.id);
        if (view.start?.path === 'warm') warm += 1;
      } catch (error) {
        errors.push(errorMessage(error));
      }
    }
    const during = await created.untilNow();
    const after = await claimsOf(service);
    await expectContainers(service, made);
    await deleteAll(service, made);
    const createdOnPath = during.filter((id) => made.includes(id)).length;
    const hits = after.hits - before.hits;
    return { judged: judgePool({ asked: sizes.poolCreates, warm, hits, createdOnPath }), errors };
  },
};
