import { capacity, type Sandbox } from '../../../sdk/index.ts';
import type { Check } from '../cell.ts';
import { check, unmeasured } from '../check.ts';
import { filledIn, runArgv } from '../own-command.ts';
import { exec, limited, type Run, remove, start, waitFor } from '../run.ts';
import { isAwake, reconcile } from '../service-calls.ts';

/** A service that ends well first lets its requests end. */
const AWAY_WITHIN_MS = 60_000;

/** What the installation holds: its containers, and the memory that is reserved for them. */
interface Held {
  readonly containers: number;
  readonly reservedMb: number;
}

/** Each way for a sandbox to end gives back what it held. Others who start meanwhile can make it fail. */
export async function cleanupChecks(run: Run, runtime: string): Promise<readonly Check[]> {
  run.say(`${runtime}: cleanup`);
  return [
    await check('release', run.signal, () => released(run, runtime)),
    await check('idle timeout', run.signal, () => idledOut(run, runtime)),
    run.restartCommand === undefined
      ? unmeasured('service restart', 'give --restart-command')
      : await check('service restart', run.signal, () => restarted(run, runtime, run.restartCommand ?? [])),
    run.orphanCommand === undefined
      ? unmeasured('orphan', 'give --orphan-command')
      : await check('orphan', run.signal, () => orphanRemoved(run, runtime, run.orphanCommand ?? [])),
  ];
}

async function released(run: Run, runtime: string) {
  const before = await held(run);
  const sandbox = await start(run, runtime);
  const during = await held(run);
  await remove(run, sandbox);
  const after = await heldAgain(run, before);
  return freed({ before, during, after }, { id: sandbox.id, state: sandbox.state });
}

async function idledOut(run: Run, runtime: string) {
  const before = await held(run);
  const sandbox = await start(run, runtime, { lifetime: { idleSeconds: 1, onTimeout: 'delete' } });
  const during = await held(run);
  const view = await deleted(run, sandbox);
  const after = await heldAgain(run, before);
  const { isOk, ...told } = freed({ before, during, after }, { id: sandbox.id, reason: view.reason?.code ?? null });
  return { isOk: isOk && view.reason?.code === 'idle', ...told };
}

/** One sandbox lives through it and is released then; the time of another is over before or while it is away. */
async function restarted(run: Run, runtime: string, argv: readonly string[]) {
  const before = await held(run);
  const survivor = await start(run, runtime);
  const expiring = await start(run, runtime, { lifetime: { timeoutSeconds: 2, onTimeout: 'delete' } });
  const during = await held(run);
  const { exitCode, wasAway } = await restart(run, argv);
  if (exitCode !== 0 || !wasAway) {
    await Promise.all([remove(run, survivor), remove(run, expiring)]);
    const value = exitCode === 0 ? 'the service never went away' : `the command ended with ${exitCode}`;
    return { isOk: false, value, evidence: { argv, exitCode, wasAway } };
  }
  await waitFor(run, 'the service answers again', async () => ((await isAwake(run.options)) ? true : undefined));
  const { stdout } = await exec(run, survivor, ['echo', 'still here']);
  await survivor.refresh({ signal: limited(run) });
  const { incarnation } = survivor;
  const expired = await deleted(run, expiring);
  await remove(run, survivor);
  const after = await heldAgain(run, before);
  const evidence = { argv, survivor: { id: survivor.id, incarnation, stdout }, expired: expired.reason?.code ?? null };
  const { isOk, value, ...told } = freed({ before, during, after }, evidence);
  const hasSurvived = stdout === 'still here\n' && incarnation === 1;
  return {
    ...told,
    isOk: isOk && hasSurvived,
    value: `${hasSurvived ? 'the running one was kept' : 'the running one was LOST'}, then ${value}`,
  };
}

/** Runs the command, and looks meanwhile whether the service stops answering, as a restart makes it. */
async function restart(run: Run, argv: readonly string[]) {
  const failed = new AbortController();
  const watching = { signal: AbortSignal.any([run.signal, failed.signal]), timeoutMs: AWAY_WITHIN_MS };
  const look = async () => ((await isAwake(run.options)) ? undefined : true);
  const away = waitFor(watching, 'the service goes away', look, 20).catch(() => false);
  try {
    const exitCode = await runArgv(argv, limited(run));
    if (exitCode !== 0) failed.abort();
    return { exitCode, wasAway: await away };
  } finally {
    failed.abort();
  }
}

async function orphanRemoved(run: Run, runtime: string, argv: readonly string[]) {
  const before = await held(run);
  const id = `matrix${run.id}orphan`;
  const { base, service } = run;
  const words = filledIn(argv, { service: service.serviceId, id, runtime, image: base.image });
  const exitCode = await runArgv(words, limited(run));
  if (exitCode !== 0)
    return { isOk: false, value: `the command ended with ${exitCode}`, evidence: { words, exitCode } };
  const during = await held(run);
  const beganMs = performance.now();
  const after = await heldAgain(run, before);
  const { isOk, ...told } = freed({ before, during, after }, { words });
  return { ...told, isOk, value: `${told.value} after ${Math.round((performance.now() - beganMs) / 1000)} s` };
}

async function held(run: Run): Promise<Held> {
  const options = { ...run.options, signal: limited(run) };
  const [{ containers }, { reservedMb }] = [await reconcile(options), await capacity(options)];
  return { containers, reservedMb };
}

/** As soon as it is no more than before; as it is when the time is over. */
async function heldAgain(run: Run, before: Held): Promise<Held> {
  let now = await held(run);
  await waitFor(run, 'freed', async () => {
    now = await held(run);
    return now.containers <= before.containers && now.reservedMb <= before.reservedMb ? now : undefined;
  }).catch(() => run.signal.throwIfAborted());
  return now;
}

function freed(all: { readonly before: Held; readonly during: Held; readonly after: Held }, evidence: object) {
  const { after, before, during } = all;
  const isSeen = during.containers > before.containers;
  const isFreed = after.containers <= before.containers && after.reservedMb <= before.reservedMb;
  const [containers, memory] = (['containers', 'reservedMb'] as const).map((name) =>
    [before, during, after].map((one) => one[name]).join(' > '),
  );
  const value = `${isFreed ? 'freed' : 'NOT freed'} (containers ${containers}, reserved MiB ${memory})`;
  return { isOk: isSeen && isFreed, value, evidence: { ...evidence, ...all } };
}

async function deleted(run: Run, sandbox: Sandbox) {
  return waitFor(run, `${sandbox.id} is deleted`, async () => {
    const { state, view } = await sandbox.refresh({ signal: limited(run) });
    return state === 'deleted' ? view : undefined;
  });
}
