import { setTimeout as sleep } from 'node:timers/promises';
import { containersOf } from '../../test/support/engine.ts';
import type { Ending } from '../ending.ts';
import { type BenchService, benchService } from './bench-service.ts';
import { chargedMib } from './cgroup-memory.ts';
import { type Answer, expectStatus } from './http-client.ts';
import { readMetrics, sumOf } from './metric-lines.ts';
import { readView, type SandboxView } from './sandbox-view.ts';

const LOOK_MS = 200;
/** The janitor and the scans have had a turn, the engine has nothing left to do. */
const REST_MS = 1_000;
/** On a machine that does much else; who waits is not timed. */
const LONGEST_START_MS = 20_000;
const DELETES_AT_ONCE = 3;

/** The service with so many warm containers of each template; resolves when it serves, before they are there. */
export function poolService(
  cleanUp: (task: () => Promise<void>) => void,
  floors: Readonly<Record<string, number>>,
  env: Readonly<Record<string, string>> = {},
): Promise<BenchService> {
  return benchService(cleanUp, { SANDGLASS_POOL: poolSetting(floors), ...env });
}

/** SANDGLASS_POOL of so many warm containers by template. */
export function poolSetting(floors: Readonly<Record<string, number>>): string {
  return Object.entries(floors)
    .map(([template, slots]) => `${template}=${slots}`)
    .join(',');
}

export async function warmCount(service: BenchService): Promise<number> {
  return sumOf(await readMetrics(service), 'sandglass_sandboxes', { state: 'warm' });
}

/** Waits until so many containers of the pool are warm, then until nothing goes on behind them. Throws when they do not come. */
export async function untilWarm(ending: Ending, service: BenchService, count: number): Promise<void> {
  const endMs = performance.now() + LONGEST_START_MS * (count + 4);
  while ((await warmCount(service)) < count) {
    if (performance.now() > endMs) throw new Error(`${await warmCount(service)} of ${count} slots are warm`);
    await sleep(LOOK_MS, undefined, { signal: ending.signal });
  }
  await sleep(REST_MS, undefined, { signal: ending.signal });
}

export interface Claims {
  readonly hits: number;
  readonly misses: number;
  readonly discards: number;
}

/** As the service counts them, since its start. */
export async function claimsOf(service: BenchService): Promise<Claims> {
  const metrics = await readMetrics(service);
  const count = (outcome: string) => sumOf(metrics, 'sandglass_pool_claims_total', { outcome });
  return { hits: count('hit'), misses: count('miss'), discards: count('discard') };
}

/** Throws unless the answer is of a sandbox that runs and came from the pool. */
export function expectWarm(answer: Answer): SandboxView {
  expectStatus(answer, 201, 'the create');
  const view = readView(answer);
  if (view.state !== 'running') throw new Error(`the sandbox is ${view.state}, not running`);
  if (view.start?.path !== 'warm') throw new Error(`it did not come from the pool: its start was ${view.start?.path}`);
  return view;
}

/** Throws unless the engine runs one container of each; with why the first one has none. */
export async function expectContainers(service: BenchService, ids: readonly string[]): Promise<void> {
  const running = (await containersOf(service.serviceId)).filter(({ State }) => State === 'running');
  const found = new Set(running.map(({ Labels }) => Labels['sandglass.sandbox']));
  const lost = ids.filter((id) => !found.has(id));
  const [first] = lost;
  if (first === undefined) return;
  const { body } = await service.client().send('GET', `/v1/sandboxes/${first}/explain`);
  const why = JSON.stringify(body).slice(0, 600);
  throw new Error(`${lost.length} of ${ids.length} sandboxes have no container that runs; one of them: ${why}`);
}

/** Deletes sandboxes, a few at a time; throws when one is not deleted. */
export async function deleteAll(service: BenchService, ids: readonly string[]): Promise<void> {
  const left = [...ids];
  const worker = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      expectStatus(await service.client().send('DELETE', `/v1/sandboxes/${id}?force=true`), 204, 'the delete');
    }
  };
  await Promise.all(Array.from({ length: DELETES_AT_ONCE }, worker));
}

/** What the kernel charges to each of its containers, MiB. */
export async function chargesOf({ serviceId }: BenchService): Promise<readonly number[]> {
  const charges: number[] = [];
  for (const { Id } of await containersOf(serviceId)) charges.push(await chargedMib(Id));
  return charges;
}
