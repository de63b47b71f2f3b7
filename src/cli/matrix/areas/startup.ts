import type { Sandbox, SandboxStart } from '../../../sdk/index.ts';
import { inTurns } from '../../in-turns.ts';
import type { Check } from '../cell.ts';
import { check, errorEvidence } from '../check.ts';
import { liveSandboxes } from '../leftovers.ts';
import { type Run, remove, start } from '../run.ts';
import { roundOf, roundWords, type StartTry } from '../start-round.ts';

const ROUND_LABEL = 'sandglass.matrix.round';
const DELETES_AT_ONCE = 8;

export type StartPath = 'warm' | 'cold';

export interface RoundWish {
  readonly runtime: string;
  readonly atOnce: number;
  readonly path: StartPath;
  /** What is done with those that run, before they are deleted. */
  readonly whileRunning?: (sandboxes: readonly Sandbox[]) => Promise<void>;
}

/** So many starts at once, timed from the call to its answer; then all are deleted, and none may be left. */
export function startRound(run: Run, wish: RoundWish): Promise<Check> {
  const { atOnce, path, runtime } = wish;
  return check(`${atOnce} ${path}`, run.signal, async () => {
    run.say(`${runtime}: ${atOnce} at once, ${path}`);
    const label = `${runtime}-${atOnce}-${path}`;
    const sandboxes: Sandbox[] = [];
    const tries = await Promise.all(
      Array.from({ length: atOnce }, () => oneStart(run, runtime, startWish(path, label), sandboxes)),
    );
    await wish.whileRunning?.(sandboxes);
    const removals: unknown[] = [];
    await inTurns(sandboxes, DELETES_AT_ONCE, async (sandbox) => {
      await remove(run, sandbox).catch((error: unknown) => {
        run.signal.throwIfAborted();
        removals.push(errorEvidence(error));
      });
    });
    const leftovers = await liveSandboxes(run, { [ROUND_LABEL]: label });
    const round = roundOf(path, tries, leftovers.length);
    const isOk = round.errors === 0 && round.leftovers === 0 && removals.length === 0 && round.ms !== null;
    return { isOk, value: roundWords(round), evidence: { ...round, tries, leftoverIds: leftovers, removals } };
  });
}

/** The pool of a run keeps containers with internet: those without are made when they are asked for. */
function startWish(path: StartPath, label: string): SandboxStart {
  return { labels: { [ROUND_LABEL]: label }, ...(path === 'cold' ? { network: { internet: false } } : {}) };
}

async function oneStart(run: Run, runtime: string, wish: SandboxStart, sandboxes: Sandbox[]): Promise<StartTry> {
  const beganMs = performance.now();
  try {
    const sandbox = await start(run, runtime, wish);
    const ms = performance.now() - beganMs;
    sandboxes.push(sandbox);
    return { id: sandbox.id, path: sandbox.view.start?.path ?? 'unknown', ms };
  } catch (error) {
    run.signal.throwIfAborted();
    return { error: errorEvidence(error), ms: performance.now() - beganMs };
  }
}
