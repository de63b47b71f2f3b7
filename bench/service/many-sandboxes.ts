import { z } from 'zod';
import { containersOf } from '../../test/support/engine.ts';
import type { BenchSetup } from '../bench.ts';
import type { BenchService } from './bench-service.ts';
import { expectStatus } from './http-client.ts';

/** More at once only wait for each other on two cores. */
const AT_ONCE = 4;
const BODY = JSON.stringify({ image: 'sandglass-busybox:latest', lifetime: { timeoutSeconds: null } });

export async function startMany(setup: BenchSetup, { client }: BenchService, count: number): Promise<void> {
  let asked = 0;
  const starter = async () => {
    while (asked < count) {
      asked += 1;
      setup.ending.check();
      expectStatus(await client().send('POST', '/v1/sandboxes', BODY), 201, 'the create');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, starter));
}

const listSchema = z.object({ items: z.array(z.object({ id: z.string(), state: z.string() })) });

/** Throws unless the service says of `count` sandboxes that they run, and as many of its containers do; their ids, sorted. */
export async function expectManyRunning(
  { client, serviceId }: BenchService,
  count: number,
): Promise<readonly string[]> {
  const answer = await client().send('GET', '/v1/sandboxes?state=running&limit=1000');
  expectStatus(answer, 200, 'the list');
  const { items } = listSchema.parse(answer.body);
  const running = (await containersOf(serviceId)).filter(({ State }) => State === 'running');
  if (items.length !== count || running.length !== count) {
    throw new Error(`${items.length} sandboxes and ${running.length} containers run, not ${count}`);
  }
  return running.map(({ Id }) => Id).sort();
}
