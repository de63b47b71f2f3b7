import { type PoolSignatureView, pool, poolSignature, SandglassError } from '../../sdk/index.ts';
import { limited, type Run, templateNames, waitFor } from './run.ts';
import { putTemplate, removeTemplate } from './service-calls.ts';

/** Containers that the pool of the service is asked to keep for a run: a template whose starts find the same slots. */
export interface WarmPool {
  /** The runtime of a start that names none: templates name none, so only this one can be warm. */
  readonly runtime: string;
  /** Takes effect with the pool's next look at its floors, 15 s at most. */
  keep(count: number): Promise<void>;
  /** Resolves when so many are ready; throws when none more came in the time for one step. */
  ready(count: number): Promise<void>;
  /** Warm containers of the run's signature that are there or being made. */
  count(): Promise<number>;
  /** Forgets the floor. What is ready goes when the pool thinks so: at once where it has no other floor. */
  drop(): Promise<void>;
}

export async function warmPool(run: Run): Promise<WarmPool> {
  const names = templateNames(run.id);
  const { options } = run;
  const { signature: own, runtime } = await poolSignature(
    { template: names.plain },
    { ...options, signal: limited(run) },
  );
  const slots = async (): Promise<Pick<PoolSignatureView, 'ready' | 'inStart'>> => {
    const { items } = await pool(options);
    return items.find(({ signature: kind }) => kind === own) ?? { ready: 0, inStart: 0 };
  };
  return {
    runtime,
    keep: (count) => putTemplate({ ...templateLike(run, names.pool), floor: count }, options),
    async ready(count) {
      let most = -1;
      for (;;) {
        const { ready } = await slots();
        if (ready >= count) return;
        run.say(`the pool has ${ready} of ${count} warm`);
        most = Math.max(most, ready);
        const least = Math.min(most + Math.ceil(count / 10), count);
        await waitFor(run, `${least} warm containers`, async () => ((await slots()).ready >= least ? true : undefined));
      }
    },
    async count() {
      const { ready, inStart } = await slots();
      return ready + inStart;
    },
    drop: () => dropTemplate(run, names.pool),
  };
}

/** Like the template `base`, without the right to gain privileges. */
export function templateLike({ base }: Pick<Run, 'base'>, name: string) {
  const { image, user, workdir } = base;
  return { name, image, user, workdir, sudo: false, resources: { cpus: 1, memoryMb: 256 } };
}

export async function dropTemplate(run: Pick<Run, 'options'>, name: string): Promise<void> {
  await removeTemplate(name, run.options).catch((error: unknown) => {
    if (!(error instanceof SandglassError && error.code === 'not_found')) throw error;
  });
}
