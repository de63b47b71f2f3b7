import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startBodySchema } from '../../src/contract/start-sandbox.ts';
import { errorMessage } from '../../src/domain/errors.ts';
import { quantile } from '../../src/observe/quantile.ts';
import { startSandbox } from '../../src/operations/start-sandbox.ts';
import { adminCaller } from '../../test/support/memory-lifecycle.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { atMost, reported } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { type ClaimRig, claimRig } from '../service/claim-rig.ts';
import { type ClaimRound, claimRounds } from '../service/claim-rounds.ts';
import { poolService } from '../service/warm-pool.ts';

const ROW = 'share of a claim: logging, metrics, validation';
const BODY = {
  template: 'base',
  labels: { project: 'demo' },
  env: { NAME: 'value' },
  lifetime: { timeoutSeconds: 600 },
};

/** Claims in this process with each of them on and off, and the claims of a whole service to hold the difference against. */
export const claimShares: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const shape = setup.isQuick ? { slots: 3, blocks: 1 } : { slots: 50, blocks: 20 };
      setup.say(`${ROW}: in this process`);
      const kinds = await kindsOf(shape.slots, cleanUp);
      await takeInTurns(setup, kinds, shape);
      setup.say(`${ROW}: two services, one of them silent`);
      const floor = { base: setup.isQuick ? 2 : 50 };
      const info = await poolService(cleanUp, floor);
      const silent = await poolService(cleanUp, floor, { SANDGLASS_LOG_LEVEL: 'silent' });
      const rounds = setup.isQuick ? 1 : 4;
      return [measurement(shape, kinds, await claimRounds(setup, { info, silent }, { perRound: floor.base, rounds }))];
    }),
};

interface Kind {
  readonly rig: ClaimRig;
  readonly claim: () => Promise<void>;
  readonly samples: number[];
  readonly errors: string[];
}

type Kinds = Readonly<Record<'off' | 'logged' | 'measured' | 'both' | 'unchecked' | 'checked', Kind>>;

async function kindsOf(slots: number, cleanUp: (task: () => Promise<void>) => void): Promise<Kinds> {
  const overHttp = async (isLogged: boolean, isMeasured: boolean): Promise<Kind> => {
    const rig = await claimRig({ slots, isLogged, isMeasured }, cleanUp);
    return { rig, claim: rig.create, samples: [], errors: [] };
  };
  const asOperation = async (isChecked: boolean): Promise<Kind> => {
    const rig = await claimRig({ slots, isLogged: false, isMeasured: false }, cleanUp);
    return { rig, claim: () => operationClaim(rig, isChecked), samples: [], errors: [] };
  };
  return {
    off: await overHttp(false, false),
    logged: await overHttp(true, false),
    measured: await overHttp(false, true),
    both: await overHttp(true, true),
    unchecked: await asOperation(false),
    checked: await asOperation(true),
  };
}

const nothing = z.strictObject({});
/** Path, query and body. */
const INPUTS = [
  [nothing, {}],
  [nothing, {}],
  [startBodySchema, BODY],
] as const;

/** What the endpoint does below HTTP, with its three schemas and without. */
async function operationClaim({ operations }: ClaimRig, isChecked: boolean): Promise<void> {
  if (isChecked) for (const [schema, value] of INPUTS) schema.parse(value);
  const { row } = await startSandbox(operations, adminCaller, { wish: BODY, idempotencyKey: null }, { seconds: 10 });
  if (row.start?.path !== 'warm') throw new Error(`it did not come from the pool: ${row.start?.path}`);
}

/** A block of each in turns; the first of each warms up. */
async function takeInTurns(
  setup: BenchSetup,
  kinds: Kinds,
  { slots, blocks }: { readonly slots: number; readonly blocks: number },
): Promise<void> {
  for (let block = 0; block <= blocks; block += 1) {
    for (const kind of Object.values(kinds)) {
      setup.ending.check();
      while (kind.rig.idle() < slots) await sleep(20);
      for (let claim = 0; claim < slots; claim += 1) await one(kind, block === 0);
      await kind.rig.clear();
    }
  }
}

async function one({ claim, samples, errors }: Kind, isWarmUp: boolean): Promise<void> {
  const beganMs = performance.now();
  try {
    await claim();
    if (!isWarmUp) samples.push(performance.now() - beganMs);
  } catch (error) {
    errors.push(errorMessage(error));
  }
}

type Services = Readonly<Record<'info' | 'silent', ClaimRound>>;

function measurement(
  { slots, blocks }: { readonly slots: number; readonly blocks: number },
  kinds: Kinds,
  { info, silent }: Services,
): Measurement {
  const p50 = (kind: keyof Kinds) => quantile(kinds[kind].samples, 0.5);
  const [logging, metrics] = [p50('logged') - p50('off'), p50('measured') - p50('off')];
  const validation = p50('checked') - p50('unchecked');
  const all = p50('both') - p50('off') + validation;
  const claimMs = quantile(info.ms, 0.5);
  return {
    row: ROW,
    timedFrom: 'the request is handed to the app, in this process (of a service: before the request is made)',
    timedTo: 'the whole answer is there',
    conditions: [
      `${blocks} blocks of ${slots} claims of each kind in turns, after one to warm up; real SQL; engine, agents and live store in memory`,
      'logging: the lines of the level info, to a file that keeps nothing; metrics: all that a claim counts; validation: the schemas of path, query and body, with labels and env',
      'beside them a service with its default settings and one with log level silent, claims one after the other in rounds in turns',
      'each checked: created, and from the pool',
    ],
    concurrency: 1,
    ours: {
      what: 'claim in this process, logging and metrics on',
      unit: 'ms',
      samples: kinds.both.samples,
      errors: [...Object.values(kinds).flatMap(({ errors }) => errors), ...info.errors, ...silent.errors],
    },
    baseline: { what: 'the same, off', unit: 'ms', samples: kinds.off.samples, errors: [] },
    stages: {
      'in this process, logging on': kinds.logged.samples,
      'in this process, metrics on': kinds.measured.samples,
      'below HTTP, without validation': kinds.unchecked.samples,
      'below HTTP, with validation': kinds.checked.samples,
      'a service, level info': info.ms,
      'a service, level silent': silent.ms,
    },
    judged: atMost('all three, of a claim of the service (p50)', '%', (100 * all) / claimMs, 10),
    alsoJudged: [
      reported('logging', 'ms', logging),
      reported('metrics', 'ms', metrics),
      reported('validation', 'ms', validation),
      reported('all three, of the claim in this process', '%', (100 * all) / (p50('both') + validation)),
      reported('CPU of a claim, level info, main thread', 'ms', info.cpuMs),
      reported('CPU of a claim, level silent, main thread', 'ms', silent.cpuMs),
    ],
    notes: [],
  };
}
