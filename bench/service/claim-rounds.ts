import { errorMessage } from '../../src/domain/errors.ts';
import type { BenchSetup } from '../bench.ts';
import type { BenchService } from './bench-service.ts';
import { threadMs } from './cpu-time.ts';
import { deleteAll, expectWarm, untilWarm } from './warm-pool.ts';

export interface ClaimRound {
  /** Of each claim. */
  readonly ms: number[];
  readonly errors: string[];
  /** What the service's main thread worked for each claim, on average. */
  cpuMs: number;
}

/** Rounds of claims from a full pool, one after the other, of each service in turns; the first round of each warms up. */
export async function claimRounds<Name extends string>(
  setup: BenchSetup,
  services: Readonly<Record<Name, BenchService>>,
  { perRound, rounds }: { readonly perRound: number; readonly rounds: number },
): Promise<Record<Name, ClaimRound>> {
  const entries = Object.entries<BenchService>(services).map(([name, service]) => ({
    ...{ name, service, cpuMs: [] as number[] },
    taken: { ms: [], errors: [], cpuMs: 0 } as ClaimRound,
  }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { service, taken, cpuMs } of entries) {
      for (const other of entries) await untilWarm(setup.ending, other.service, perRound);
      const { pid } = service.process();
      const beforeMs = threadMs(pid);
      const claims = await claimsInTurn(setup, service, perRound);
      if (round > 0) cpuMs.push((threadMs(pid) - beforeMs) / perRound);
      if (round > 0) taken.ms.push(...claims.ms);
      taken.errors.push(...claims.errors);
      await deleteAll(service, claims.ids);
    }
  }
  for (const { taken, cpuMs } of entries) taken.cpuMs = cpuMs.reduce((sum, one) => sum + one, 0) / cpuMs.length;
  // One entry for each name.
  return Object.fromEntries(entries.map(({ name, taken }) => [name, taken])) as Record<Name, ClaimRound>;
}

async function claimsInTurn(setup: BenchSetup, service: BenchService, count: number) {
  const [ms, errors, ids]: [number[], string[], string[]] = [[], [], []];
  for (let claim = 0; claim < count; claim += 1) {
    setup.ending.check();
    try {
      const answer = await service.client().send('POST', '/v1/sandboxes', '{}');
      ids.push(expectWarm(answer).id);
      ms.push(answer.ms);
    } catch (error) {
      errors.push(errorMessage(error));
    }
  }
  return { ms, errors, ids };
}
