import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../support/api.ts';
import { engine } from '../support/engine.ts';
import { type PoolProbe, poolProbe, startPoolService } from '../support/pool-service.ts';
import type { ServiceProcess } from '../support/service-process.ts';

const FLOOR = 6;
const CLIENTS = 3;
/** CLAIMS=500 looks longer. */
const CLAIMS = Number(process.env['CLAIMS'] ?? 40);
const KILL_EVERY_MS = 150;
/** Claims go on until so many were killed before anyone had them: how many die meanwhile is the machine's to say. */
const DEAD_SLOTS_AT_LEAST = Math.floor(CLAIMS / 20) + 1;
const CLAIMS_AT_MOST = CLAIMS * 5;

/** When the engine was asked to kill a container that was a slot, and when it had. */
interface Killed {
  readonly beganMs: number;
  endedMs: number;
}

describe('slots that die at random', () => {
  let service: ServiceProcess;
  let probe: PoolProbe;
  beforeAll(async () => {
    service = await startPoolService({ SANDGLASS_POOL: `base=${FLOOR}`, SANDGLASS_START_CONCURRENCY: '2' });
    probe = poolProbe(service);
    await probe.full(FLOOR);
  });
  afterAll(() => service?.dispose());

  it(`at least ${CLAIMS} claims meanwhile: none fails, and whatever was dead before its claim is never served`, {
    timeout: 60_000 + CLAIMS * 2_500,
  }, async () => {
    const killed = new Map<string, Killed>();
    let isOver = false;
    const killing = (async () => {
      for (let at = 0; !isOver; at += 1) {
        const slots = probe.rows().filter(({ state }) => state === 'warm');
        const victim = slots[(at * 7) % Math.max(slots.length, 1)]?.container_id ?? undefined;
        if (victim !== undefined) await kill(victim, killed);
        await new Promise((resolve) => setTimeout(resolve, KILL_EVERY_MS));
      }
    })();
    const failed: Answer[] = [];
    const paths: Record<string, number> = {};
    let diedInUse = 0;
    let asked = 0;
    const deadSlots = () => killed.size - diedInUse;
    const isWanted = () => asked < CLAIMS || (deadSlots() < DEAD_SLOTS_AT_LEAST && asked < CLAIMS_AT_MOST);
    const client = async () => {
      while (isWanted()) {
        asked += 1;
        const number = asked;
        await probe.full(1);
        const askedMs = performance.now();
        const answer = await probe.start({ env: { WHO: `n${number}` } });
        if (answer.status !== 201) {
          failed.push(answer);
          continue;
        }
        const { id, start } = answer.body;
        paths[start.path] = (paths[start.path] ?? 0) + 1;
        const container = probe.rows().find((row) => row.id === id)?.container_id ?? '';
        const said = await probe.said(id, 'echo $WHO').catch(() => undefined);
        const end = killed.get(container);
        // It was a slot still when the kill was sent, and served somebody when that arrived.
        if (said === undefined && end !== undefined && end.endedMs >= askedMs) diedInUse += 1;
        else expect(said, `${id} by ${start.path}, killed ${JSON.stringify(end)}`).toBe(`n${number}`);
        await probe.remove(id);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    isOver = true;
    await killing;
    const { body } = await probe.api('GET', '/v1/pool');
    const [{ hits, misses, discards }] = body.items;
    console.info(
      `\n${asked} claims, ${killed.size} slots killed: ${JSON.stringify({ ...paths, hits, misses, discards, diedInUse })}`,
    );
    expect(failed.map(({ status, body: problem }) => `${status} ${JSON.stringify(problem)}`)).toEqual([]);
    expect(deadSlots()).toBeGreaterThanOrEqual(DEAD_SLOTS_AT_LEAST);
    await probe.full(FLOOR);
    await probe.agree();
  });
});

async function kill(container: string, killed: Map<string, Killed>): Promise<void> {
  const one: Killed = { beganMs: performance.now(), endedMs: Number.POSITIVE_INFINITY };
  killed.set(container, one);
  // It may have been closed meanwhile.
  await engine
    .getContainer(container)
    .kill()
    .catch(() => killed.delete(container));
  one.endedMs = performance.now();
}
