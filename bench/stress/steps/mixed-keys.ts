import { errorMessage } from '../../../src/domain/errors.ts';
import { expectStatus } from '../../service/http-client.ts';
import { readMetrics, sumOf } from '../../service/metric-lines.ts';
import { readView } from '../../service/sandbox-view.ts';
import { deleteAll } from '../../service/warm-pool.ts';
import { judgeMixedKeys } from '../judgements.ts';
import { shuffled } from '../shuffled.ts';
import type { Step } from '../step.ts';
import { FLOOR_TEMPLATE, keyedStarts } from '../templates.ts';
import type { World } from '../world.ts';

export const mixedKeys: Step = {
  name: 'mixed keys',
  about: 'starts of four templates, each with a reuse key, in a shuffled order; then paced creates of a full floor',
  async run(world) {
    const errors: string[] = [];
    const promotedBefore = await promotions(world);
    const keyed = await startKeyed(world, errors);
    const promoted = (await promotions(world)) - promotedBefore;
    await deleteAll(world.service, [...keyed.ids]);
    const paced = await pacedCreates(world, errors);
    const { made, reused, starts } = keyed;
    return { judged: judgeMixedKeys({ templates: keyedStarts.length, starts, made, reused, promoted, paced }), errors };
  },
};

async function promotions({ service }: World): Promise<number> {
  return sumOf(await readMetrics(service), 'sandglass_pool_tier_changes_total', { change: 'promoted' });
}

async function startKeyed({ service, setup, sizes }: World, errors: string[]) {
  const all = shuffled(keyedStarts.flatMap((body) => Array.from({ length: sizes.mixed.starts }, () => body)));
  const ids = new Set<string>();
  let made = 0;
  let reused = 0;
  for (const body of all) {
    setup.ending.check();
    try {
      const answer = await service.client().send('POST', '/v1/sandboxes', JSON.stringify(body));
      if (answer.status !== 200) expectStatus(answer, 201, `the start of ${body.template}`);
      const { id, state } = readView(answer);
      if (state !== 'running') throw new Error(`${body.template} is ${state}, not running`);
      const isNew = !ids.has(id);
      ids.add(id);
      if (answer.status === 201 && isNew) made += 1;
      if (answer.status === 200 && !isNew) reused += 1;
    } catch (error) {
      errors.push(errorMessage(error));
    }
  }
  return { ids, made, reused, starts: all.length };
}

/** Each waits for the floor to be full again. */
async function pacedCreates({ rest, service, setup, sizes }: World, errors: string[]) {
  let hits = 0;
  for (let asked = 0; asked < sizes.mixed.paced; asked += 1) {
    setup.ending.check();
    await rest();
    try {
      const answer = await service.client().send('POST', '/v1/sandboxes', JSON.stringify({ template: FLOOR_TEMPLATE }));
      expectStatus(answer, 201, 'the create');
      const { id, start } = readView(answer);
      if (start?.path === 'warm') hits += 1;
      await deleteAll(service, [id]);
    } catch (error) {
      errors.push(errorMessage(error));
    }
  }
  return { asked: sizes.mixed.paced, hits };
}
