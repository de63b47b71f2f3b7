import { listKeys, revokeKey, Sandbox } from '../../sdk/index.ts';
import { inTurns } from '../in-turns.ts';
import { wordsOf } from './check.ts';
import { RUN_LABEL, type Run, templateNames } from './run.ts';
import { templates } from './service-calls.ts';
import { dropTemplate } from './warm-pool.ts';

/** What of a run is still there. */
export interface Leftovers {
  readonly sandboxes: readonly string[];
  readonly templates: readonly string[];
  /** Ids of keys that are not revoked. */
  readonly keys: readonly string[];
}

type Bare = Pick<Run, 'id' | 'options'>;
const DELETES_AT_ONCE = 8;
/** A start that was under way when the run ended may come late. */
const MOST_ROUNDS = 3;

export function keyName(runId: string): string {
  return `matrix-${runId}`;
}

/** Ids of those with the label of the run, and these, that are not deleted. */
export async function liveSandboxes(run: Bare, labels: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id, state } of Sandbox.list({ labels: { ...labels, [RUN_LABEL]: run.id } }, run.options)) {
    if (state !== 'deleted') ids.push(id);
  }
  return ids;
}

/** Removes all that a run made. What cannot be removed is told by `say`, and is in the answer. */
export async function removeAll(run: Bare & Pick<Run, 'say'>): Promise<Leftovers> {
  const told = (error: unknown) => run.say(`not removed: ${wordsOf(error)}`);
  for (const name of Object.values(templateNames(run.id))) await dropTemplate(run, name).catch(told);
  for (const id of await liveKeys(run)) await revokeKey(id, run.options).catch(told);
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const ids = await liveSandboxes(run);
    if (ids.length === 0) break;
    run.say(`removing ${ids.length} sandboxes`);
    await inTurns(ids, DELETES_AT_ONCE, async (id) => {
      await Sandbox.get(id, run.options)
        .then((sandbox) => sandbox.delete({ force: true }))
        .catch(told);
    });
  }
  const names = Object.values(templateNames(run.id));
  const present = (await templates(run.options)).map(({ name }) => name);
  return {
    sandboxes: await liveSandboxes(run),
    templates: names.filter((name) => present.includes(name)),
    keys: await liveKeys(run),
  };
}

export function isClean({ keys, sandboxes, templates }: Leftovers): boolean {
  return keys.length + sandboxes.length + templates.length === 0;
}

/** `nothing`, or what. */
export function leftoverWords({ keys, sandboxes, templates }: Leftovers): string {
  const left = [...sandboxes, ...templates, ...keys];
  return left.length === 0 ? 'nothing' : left.join(', ');
}

async function liveKeys(run: Bare): Promise<readonly string[]> {
  const keys = await listKeys(run.options);
  return keys.filter(({ name, revokedAt }) => name === keyName(run.id) && revokedAt === null).map(({ id }) => id);
}
