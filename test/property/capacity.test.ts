import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SandboxState } from '../../src/domain/sandbox.ts';
import { capacityRoom, nextTurn } from '../support/capacity-room.ts';
import { type CapacityModel, capacityModel } from './capacity-model.ts';

const SEED = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env['RUNS'] ?? 400);
const TENANTS = ['a', 'b', 'c'];

type Step = (model: CapacityModel, number: number) => void | Promise<void>;

const pick = fc.nat(50);
const tenant = fc.constantFrom(...TENANTS);
const mb = fc.constantFrom(64, 128, 256, 500, 900);
const waitMs = fc.constantFrom(0, 100, 1000, 5000, 60_000);

function chosen<T>(from: readonly T[], index: number): T | undefined {
  return from[index % Math.max(1, from.length)];
}

function rowsIn({ rows }: CapacityModel, ...states: SandboxState[]): string[] {
  return [...rows].filter(([, { state }]) => states.includes(state)).map(([id]) => id);
}

/** Every step of every kind, printed by fast-check under its name. */
const steps: readonly fc.Arbitrary<Step>[] = [
  fc.tuple(tenant, mb, waitMs).map(([who, size, patience]) =>
    named(`${who} asks for ${size} for ${patience} ms`, (model, number) => {
      model.ask(`${who}${number}`, who, size, patience);
    }),
  ),
  fc.tuple(tenant, mb, waitMs).map(([who, size, patience]) =>
    named(`${who} claims a slot with ${size} for ${patience} ms`, ({ room, ask }) => {
      const id = room.idle.shift();
      if (id !== undefined) ask(id, who, size, patience);
    }),
  ),
  fc.tuple(pick, tenant, waitMs).map(([index, who, patience]) =>
    named(`restart ${index} of ${who} for ${patience} ms`, (model) => {
      const id = chosen(rowsIn(model, 'stopped'), index);
      if (id !== undefined) model.ask(id, who, model.rows.get(id)?.mb ?? 0, patience);
    }),
  ),
  pick.map((index) =>
    named(`commit ${index}`, ({ admitted, setRow, heldMb }) => {
      const one = admitted.splice(index % Math.max(1, admitted.length), 1)[0];
      if (one !== undefined) setRow(one.id, 'pending', heldMb(one.id));
    }),
  ),
  pick.map((index) =>
    named(`release ${index}`, ({ admitted, release }) => {
      const one = admitted.splice(index % Math.max(1, admitted.length), 1)[0];
      if (one !== undefined) release(one.id);
    }),
  ),
  fc
    .tuple(pick, fc.constantFrom<SandboxState>('running', 'paused', 'stopping', 'stopped', 'deleted'))
    .map(([index, to]) =>
      named(`row ${index} is ${to}`, (model) => {
        const id = chosen(rowsIn(model, 'pending', 'running', 'paused', 'stopping'), index);
        if (id !== undefined) model.setRow(id, to, model.rows.get(id)?.mb ?? 0);
      }),
    ),
  pick.map((index) => named(`caller ${index} goes`, ({ waiting }) => chosen(waiting(), index)?.caller.abort())),
  fc.constantFrom(1, 100, 1000, 10_000).map((ms) => named(`${ms} ms pass`, ({ clock }) => clock.advance(ms))),
  fc.constant(
    named('a slot is ready', ({ room, setRow }, number) => {
      room.idle.push(`slot${number}`);
      setRow(`slot${number}`, 'warm', 64);
    }),
  ),
  fc.constant(
    named('a slot has been closed', ({ room, setRow }) => {
      const id = room.closing.shift();
      if (id !== undefined) setRow(id, 'deleting', 64);
    }),
  ),
  fc.record({ pressure: fc.constantFrom(0.5, 0.5, 0.99), isDiskFull: fc.constantFrom(false, false, true) }).map((now) =>
    named(`the engine is ${JSON.stringify(now)}`, ({ room, subject }) => {
      Object.assign(room, now);
      subject.roomMayHaveAppeared();
    }),
  ),
];

function named(name: string, step: Step): Step {
  return Object.assign(step, { [fc.toStringMethod]: () => name });
}

describe(`admission against a model (FAST_CHECK_SEED=${SEED})`, () => {
  it('lets in what fits, each once, in its order, wakes whoever may go, and leaves nothing behind', async () => {
    const plan = fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 80, size: 'max' });
    await fc.assert(
      fc.asyncProperty(plan, async (played) => {
        const model = capacityModel();
        for (const [number, step] of played.entries()) {
          await step(model, number);
          expect(await model.judge()).toBeUndefined();
        }
        expect(await model.end()).toEqual({ wrong: undefined, notEnded: 0, reservedMb: 0, sleeping: 0 });
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }, 60_000);

  it('serves no tenant twice before another that waits is served once, where all ask for the same', async () => {
    const move = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const), of: fc.constantFrom(...TENANTS, 'd') }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('free' as const), of: pick }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('go' as const), of: pick }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 120, size: 'max' }), async (moves) => {
        const turns = fairTurns();
        for (const { kind, of } of moves) {
          if (kind === 'ask') turns.ask(of);
          else if (kind === 'free') turns.free(of);
          else turns.go(of);
          await nextTurn();
          expect(turns.unfair()).toEqual([]);
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }, 60_000);
});

/** Room for three of one size, and who was served while whom waited. */
function fairTurns() {
  const { subject } = capacityRoom();
  const admitted: string[] = [];
  const waiting: { readonly tenant: string; readonly caller: AbortController }[] = [];
  const servedSince = new Map<string, string[]>();
  const unfair: string[] = [];
  let asked = 0;
  const served = (tenant: string) => {
    servedSince.set(tenant, []);
    for (const other of new Set(waiting.map((one) => one.tenant))) {
      if (other === tenant) continue;
      const since = servedSince.get(other) ?? [];
      if (since.includes(tenant)) unfair.push(`${tenant} twice while ${other} waited`);
      servedSince.set(other, [...since, tenant]);
    }
  };
  return {
    ask(tenant: string) {
      asked += 1;
      const id = `${tenant}${asked}`;
      const one = { tenant, caller: new AbortController() };
      if (!waiting.some((other) => other.tenant === tenant)) servedSince.set(tenant, []);
      waiting.push(one);
      const leave = () => void waiting.splice(waiting.indexOf(one), 1);
      const wait = { waitMs: 1000, signal: one.caller.signal };
      subject.admit({ sandboxId: id, tenant, memoryMb: 333 }, wait).then(() => {
        leave();
        admitted.push(id);
        served(tenant);
      }, leave);
    },
    free: (index: number) => void subject.release(admitted.splice(index % Math.max(1, admitted.length), 1)[0] ?? ''),
    go: (index: number) => chosen(waiting, index)?.caller.abort(),
    unfair: () => unfair,
  };
}
