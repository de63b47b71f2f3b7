import { errorMessage } from '../../src/domain/errors.ts';
import type { BenchSetup } from '../bench.ts';
import { keep, type Taken } from '../interleaved.ts';
import type { BenchService } from './bench-service.ts';
import { expectStatus } from './http-client.ts';
import { readView } from './sandbox-view.ts';
import { deleteAll } from './warm-pool.ts';

export interface Cycles {
  readonly count: number;
  readonly atOnce: number;
  /** Takes what went wrong. */
  readonly errors: string[];
}

/** Sandboxes made and deleted again, some at once. */
export async function manyCycles(setup: BenchSetup, service: BenchService, cycles: Cycles): Promise<void> {
  const { count, atOnce, errors } = cycles;
  let begun = 0;
  const untimed: Taken = { samples: [], errors, stages: {} };
  const worker = async () => {
    while (begun < count) {
      begun += 1;
      setup.ending.check();
      await oneCycle(service, untimed);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** A create of the base template until it runs, then its delete; milliseconds of the create are taken. */
export async function oneCycle(service: BenchService, taken: Taken): Promise<void> {
  try {
    const answer = await service.client().send('POST', '/v1/sandboxes', '{"template":"base"}');
    expectStatus(answer, 201, 'the create');
    const { id, state } = readView(answer);
    if (state !== 'running') throw new Error(`the sandbox is ${state}, not running`);
    keep(taken, { ms: answer.ms, stages: {} });
    await deleteAll(service, [id]);
  } catch (error) {
    taken.errors.push(errorMessage(error));
  }
}
