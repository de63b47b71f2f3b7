import { errorMessage } from '../../src/domain/errors.ts';
import type { BenchSetup } from '../bench.ts';
import { keep, type Taken } from '../interleaved.ts';
import type { BenchService } from './bench-service.ts';
import { expectStatus } from './http-client.ts';
import { readView, stagesOf } from './sandbox-view.ts';
import { deleteAll, expectContainers } from './warm-pool.ts';

export interface Burst {
  /** Until the last answer. */
  readonly wholeMs: number;
  /** Answers that found no warm container, as each says of itself. */
  readonly cold: number;
}

/**
 * Default creates all at once, each over a connection that is open already; all are deleted again. Throws when the engine does not run a container of each that was answered.
 */
export async function burstOf(setup: BenchSetup, service: BenchService, creates: number, taken: Taken): Promise<Burst> {
  setup.ending.check();
  const client = service.client();
  const all = Array.from({ length: creates });
  // Opens the connections.
  for (const answer of await Promise.all(all.map(() => client.send('GET', '/healthz')))) {
    expectStatus(answer, 200, '/healthz');
  }
  const made: string[] = [];
  let cold = 0;
  const create = async () => {
    try {
      const answer = await client.send('POST', '/v1/sandboxes', '{}');
      expectStatus(answer, 201, 'the create');
      const view = readView(answer);
      made.push(view.id);
      if (view.state !== 'running') throw new Error(`the sandbox is ${view.state}, not running`);
      if (view.start?.path !== 'warm') cold += 1;
      keep(taken, { ms: answer.ms, stages: stagesOf(answer, view) });
    } catch (error) {
      taken.errors.push(errorMessage(error));
    }
  };
  const beganMs = performance.now();
  await Promise.all(all.map(create));
  const wholeMs = performance.now() - beganMs;
  await expectContainers(service, made);
  await deleteAll(service, made);
  return { wholeMs, cold };
}
