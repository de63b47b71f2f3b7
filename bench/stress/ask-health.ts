import { errorMessage } from '../../src/domain/errors.ts';
import { expectStatus } from '../service/http-client.ts';
import type { Answers } from './judgements.ts';
import type { World } from './world.ts';

/** Requests of /healthz, one after the other over one connection that is open already. */
export async function askHealth({ service, setup }: World, count: number, errors: string[]): Promise<Answers> {
  const client = service.client();
  const latencies: number[] = [];
  await client.send('GET', '/healthz').catch(() => undefined);
  for (let asked = 0; asked < count; asked += 1) {
    setup.ending.check();
    try {
      const answer = await client.send('GET', '/healthz');
      expectStatus(answer, 200, '/healthz');
      latencies.push(answer.ms);
    } catch (error) {
      errors.push(errorMessage(error));
    }
  }
  return { asked: count, latencies };
}
