import type { Sandbox } from '../../sdk/index.ts';
import { capacityCheck } from './areas/capacity.ts';
import { cleanupChecks } from './areas/cleanup.ts';
import { commandChecks } from './areas/commands.ts';
import { artifactChecks, fileChecks, uploadChecks } from './areas/files.ts';
import { isolationChecks } from './areas/isolation.ts';
import { operationChecks, privilegeCheck, upgradeCheck } from './areas/operations.ts';
import { pathChecks } from './areas/paths.ts';
import { pythonChecks } from './areas/python.ts';
import { startRound } from './areas/startup.ts';
import { type Check, cellOf, type Row, sameCells } from './cell.ts';
import { check, failedCheck, unmeasured, wordsOf } from './check.ts';
import { type Run, remove, start, waitFor } from './run.ts';
import type { WarmPool } from './warm-pool.ts';

/** Does the whole workload in one runtime of the engine. Throws the signal's reason when that aborts, and nothing else. */
export async function runtimeRow(run: Run, pool: WarmPool, runtime: string): Promise<Row> {
  run.say(`${runtime}: one sandbox`);
  let sandbox: Sandbox;
  try {
    sandbox = await start(run, runtime);
  } catch (error) {
    run.signal.throwIfAborted();
    return { runtime, present: true, cells: sameCells(failedCheck('start', error)) };
  }
  run.say(`${runtime}: commands, files, uploads, paths, artifacts`);
  const commands = cellOf(await commandChecks(run, sandbox));
  const files = cellOf(await fileChecks(run, sandbox));
  const uploads = cellOf(await uploadChecks(run, sandbox));
  const paths = cellOf(await pathChecks(run, sandbox));
  const privileges = await privilegeCheck(run, sandbox);
  const artifacts = cellOf(await artifactChecks(run, sandbox));
  const removal = await check('its removal', run.signal, async () => {
    await remove(run, sandbox);
    return { isOk: true, value: 'done', evidence: { id: sandbox.id, state: sandbox.state } };
  });
  run.say(`${runtime}: isolation`);
  const isolation = cellOf(await isolationOf(run, runtime));
  const { capacity, startup } = await starts(run, pool, runtime);
  const cleanup = cellOf([...(removal.outcome === 'ok' ? [] : [removal]), ...(await cleanupChecks(run, runtime))]);
  const operations = cellOf([...operationChecks(run), privileges, upgradeCheck(run, cleanup)]);
  const cells = { capacity: cellOf(capacity), startup: cellOf(startup), commands, files, uploads, artifacts };
  return { runtime, present: true, cells: { ...cells, paths, isolation, cleanup, operations } };
}

async function isolationOf(run: Run, runtime: string): Promise<readonly Check[]> {
  return isolationChecks(run, runtime).catch((error: unknown) => {
    run.signal.throwIfAborted();
    return [failedCheck('sandboxes', error)];
  });
}

async function starts(run: Run, pool: WarmPool, runtime: string) {
  const warm = await warmRounds(run, pool, runtime);
  run.say(`${runtime}: python`);
  const python = await pythonChecks(run, runtime);
  await poolSettled(run, pool);
  const cold: Check[] = [];
  const memory: Check[] = [];
  const most = run.atOnce.at(-1);
  for (const atOnce of run.atOnce) {
    const whileRunning = async (sandboxes: readonly Sandbox[]) =>
      void (atOnce === most && memory.push(await capacityCheck(run, sandboxes)));
    cold.push(await startRound(run, { runtime, atOnce, path: 'cold', whileRunning }));
  }
  return { startup: [...cold, ...warm], capacity: [...memory, ...python] };
}

/**
 * From the largest to the smallest, because each needs fewer containers than the one before: the floor of the next is set
 * before a round, so that what it takes is not filled up again for nothing.
 */
async function warmRounds(run: Run, pool: WarmPool, runtime: string): Promise<readonly Check[]> {
  if (runtime !== pool.runtime) return [unmeasured('warm', `the pool keeps containers of ${pool.runtime} only`)];
  const falling = [...run.atOnce].reverse();
  const checks: Check[] = [];
  for (const [at, atOnce] of falling.entries()) {
    try {
      if (at === 0) await pool.keep(atOnce);
      await pool.ready(atOnce);
      const next = falling[at + 1];
      await (next === undefined ? pool.drop() : pool.keep(next));
      checks.push(await startRound(run, { runtime, atOnce, path: 'warm' }));
    } catch (error) {
      run.signal.throwIfAborted();
      checks.push(failedCheck(`${atOnce} warm`, error));
    }
  }
  return checks.reverse();
}

/** What the pool still has of the run goes with its next look; where the pool keeps it for longer, that is told. */
async function poolSettled(run: Run, pool: WarmPool): Promise<void> {
  const limited = { signal: run.signal, timeoutMs: Math.min(run.timeoutMs, POOL_LOOK_MS) };
  await pool.drop().catch((error: unknown) => run.say(wordsOf(error)));
  await waitFor(limited, 'the pool is empty', async () => ((await pool.count()) === 0 ? true : undefined)).catch(
    async () => {
      run.signal.throwIfAborted();
      run.say(`the pool keeps ${await pool.count()} warm containers of the run for now`);
    },
  );
}

/** The pool looks at its floors every 15 s. */
const POOL_LOOK_MS = 20_000;
