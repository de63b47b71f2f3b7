import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, eventually } from '../support/api.ts';
import { type PoolProbe, poolProbe, startPoolService } from '../support/pool-service.ts';
import type { ServiceProcess } from '../support/service-process.ts';

/** A boot alone takes a second of a core; ROUNDS=200 looks longer. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 24);
/** Services at a time: while one boots, another one's slots are started. */
const SERVICES = 2;
const FLOOR = 3;
const TENANTS = ['acme', 'globex'] as const;
/** A claim takes some 10 ms, and the first ones of a process more: the kill comes before, in, or after it. */
const LONGEST_MS = 90;

interface Asked {
  readonly tenant: string;
  readonly key: string;
  /** What the idempotency key is. */
  readonly name: string;
  answer: Answer | undefined;
}

/** One service over one data directory, through all its processes. */
interface Life {
  service: ServiceProcess;
  probe: PoolProbe;
  /** Who was given which sandbox, in all its rounds. */
  readonly owners: Map<string, string>;
  readonly keys: readonly string[];
  readonly unanswered: { total: number; durable: number };
}

describe('kill -9 of the service in a burst of claims', () => {
  const lives: Life[] = [];
  afterAll(() => Promise.all(lives.map(({ service }) => service.dispose())));

  it(`${ROUNDS} times: no sandbox is owned twice, none is lost, and no slot is left behind`, {
    timeout: 60_000 + ROUNDS * 5_000,
  }, async () => {
    lives.push(...(await Promise.all(Array.from({ length: SERVICES }, beginLife))));
    const began = performance.now();
    const rounds = Array.from({ length: ROUNDS }, (_, at) => at).values();
    const play = async (life: Life) => {
      for (const round of rounds) await playRound(life, round);
    };
    await Promise.all(lives.map(play));
    for (const { probe } of lives) {
      await probe.full(FLOOR);
      await probe.agree();
      expect(probe.rows().filter(({ state }) => state === 'warm').length).toBeLessThanOrEqual(FLOOR + 1);
    }
    const sum = (pick: (life: Life) => number) => lives.reduce((all, life) => all + pick(life), 0);
    console.info(
      `\n${ROUNDS} kills in ${((performance.now() - began) / 1000).toFixed(0)} s: ${sum(({ owners }) => owners.size)} sandboxes, ` +
        `${sum(({ unanswered }) => unanswered.total)} claims unanswered, ${sum(({ unanswered }) => unanswered.durable)} of them durable`,
    );
  });
});

async function beginLife(): Promise<Life> {
  const service = await startPoolService({ SANDGLASS_POOL: `base=${FLOOR}`, SANDGLASS_LOG_LEVEL: 'error' });
  const probe = poolProbe(service);
  await probe.full(FLOOR);
  const keys = await Promise.all(TENANTS.map((tenant) => probe.keyOf(tenant)));
  return { service, probe, keys, owners: new Map(), unanswered: { total: 0, durable: 0 } };
}

async function playRound(life: Life, round: number): Promise<void> {
  await life.probe.full(1);
  const burst: Asked[] = TENANTS.map((tenant, at) => ({
    ...{ tenant, key: life.keys[at] ?? '', name: `${tenant}-${round}`, answer: undefined },
  }));
  const calls = burst.map(async (one) => {
    one.answer = await claim(life, one).catch(() => undefined);
  });
  await new Promise((resolve) => setTimeout(resolve, (round * 37) % LONGEST_MS));
  await life.service.kill();
  await Promise.all(calls);
  life.service = await life.service.again();
  life.probe = poolProbe(life.service);
  for (const one of burst) await settle(life, one);
  await expectOneContainerEach(life);
}

const claim = ({ probe }: Life, { tenant, key, name }: Asked) =>
  probe.start({ env: { WHO: tenant } }, { 'idempotency-key': name }, key);

/** The client asks again, and uses what it gets. */
async function settle(life: Life, asked: Asked): Promise<void> {
  const { owners, probe, unanswered } = life;
  const durable = probe.rows().filter(({ tenant, id }) => tenant === asked.tenant && !owners.has(id));
  if (asked.answer === undefined) {
    unanswered.total += 1;
    unanswered.durable += durable.length;
  }
  const again = await claim(life, asked);
  expect(again.status, JSON.stringify(again.body)).toBe(201);
  const { id, incarnation, state } = again.body;
  expect([state, incarnation]).toEqual(['running', 1]);
  if (asked.answer !== undefined) expect(id, 'the repeat finds what was answered').toBe(asked.answer.body.id);
  for (const row of durable) expect(row.id, 'the repeat finds what was durable').toBe(id);
  expect(owners.get(id), `${id} is owned once`).toBeUndefined();
  owners.set(id, asked.tenant);
  expect(probe.rows().find((row) => row.id === id)).toMatchObject({ tenant: asked.tenant, incarnation: 1 });
  // The agent inside heard this tenant, and its token is the sandbox's.
  const said = await probe.api('POST', `/v1/sandboxes/${id}/exec`, { key: asked.key, body: { command: 'echo $WHO' } });
  expect(said.body.stdout).toBe(`${asked.tenant}\n`);
  await probe.remove(id);
}

/** While the pool fills: a container has a row, and a row has no more than one container. */
async function expectOneContainerEach({ probe }: Life): Promise<void> {
  const sandboxes = await probe.containers();
  expect(new Set(sandboxes).size, 'containers of one sandbox').toBe(sandboxes.length);
  await eventually('each container has a row', async () => {
    const rows = new Set(probe.rows().map(({ id }) => id));
    return (await probe.containers()).every((sandbox) => rows.has(sandbox));
  });
}
