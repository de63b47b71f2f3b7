import { Sandbox } from '../src/sdk/index.ts';
import type { Narrator } from './narrator.ts';
import type { World } from './open-world.ts';
import { until } from './until.ts';

const FILE = '/tmp/kept.txt';
const TEXT = 'written before the stop';

/** Start, stop, restart and delete, each looked at from outside. */
export async function firstLife(world: World, narrate: Narrator): Promise<void> {
  const sandbox = await started(world, narrate);
  await used(world, narrate, sandbox);
  await stopped(world, narrate, sandbox);
  await restarted(world, narrate, sandbox);
  await deleted(world, narrate, sandbox);
}

function started(world: World, { step, promise, show }: Narrator): Promise<Sandbox> {
  return step('Start a sandbox', async () => {
    const beganMs = performance.now();
    const sandbox = await Sandbox.start({ labels: { from: 'demo' } }, world.client());
    const tookMs = Math.round(performance.now() - beganMs);
    promise(sandbox.state === 'running', `${sandbox.id} runs ${tookMs} ms after it was asked for`);
    const status = await world.engine().status(world.containerName(sandbox.id));
    promise(status === 'running', `the engine runs its container ${world.containerName(sandbox.id)}`);
    const live = await world.look().liveHash(sandbox.id);
    promise(live['state'] === 'running', `its live information is in Redis: ${world.look().liveKey(sandbox.id)}`);
    show(fieldLines(live));
    return sandbox;
  });
}

function used(world: World, { step, promise }: Narrator, sandbox: Sandbox): Promise<void> {
  return step('Use it: a command and a file', async () => {
    const beganMs = performance.now();
    const { stdout, exitCode } = await sandbox.exec('echo "$USER in $PWD"');
    const tookMs = Math.round(performance.now() - beganMs);
    promise(exitCode === 0, `a login shell said "${stdout.trim()}", ${tookMs} ms after it was asked`);
    const failed = await sandbox.exec(['sh', '-c', 'exit 3']);
    promise(failed.exitCode === 3, 'a command that fails is a result, with its code');
    await sandbox.files.write(FILE, TEXT);
    const seen = await world.engine().run(world.containerName(sandbox.id), `cat ${FILE}`);
    promise(seen === TEXT, `the engine's own exec reads "${seen}" in ${FILE}`);
  });
}

function stopped(world: World, { step, promise, show }: Narrator, sandbox: Sandbox): Promise<void> {
  return step('Stop it', async () => {
    const before = await world.look().liveHash(sandbox.id);
    await sandbox.stop();
    promise(sandbox.state === 'stopped', 'it is stopped');
    const status = await world.engine().status(world.containerName(sandbox.id));
    promise(status === 'exited', 'its container has exited, and is kept');
    const kept = await sandbox.files.readText(FILE);
    promise(kept === TEXT, `${FILE} can be read while it is stopped`);
    const left = await world.look().liveHash(sandbox.id);
    promise(Object.keys(left).length === 0, 'its live key is gone from Redis');
    const row = world.look().row(sandbox.id);
    promise(row?.state === 'stopped', 'its row in SQL says stopped');
    const snapshot: Record<string, unknown> = JSON.parse(row?.snapshot ?? '{}');
    const isKept = Object.keys(before).every((field) => field in snapshot);
    promise(isKept && snapshot['address'] === before['address'], 'the row has all that Redis knew, in its snapshot');
    show(JSON.stringify(snapshot));
    const keptHours = ((row?.delete_at_ms ?? 0) - Date.now()) / 3_600_000;
    promise(keptHours > 0, `its deadline for deletion is set, in ${keptHours.toFixed(1)} hours`);
  });
}

function restarted(world: World, { step, promise, show }: Narrator, sandbox: Sandbox): Promise<void> {
  return step('Restart it', async () => {
    const beganMs = performance.now();
    await sandbox.restart();
    const tookMs = Math.round(performance.now() - beganMs);
    promise(sandbox.state === 'running', `it runs again after ${tookMs} ms`);
    promise(sandbox.incarnation === 2, 'this is its incarnation 2');
    const kept = await world.engine().run(world.containerName(sandbox.id), `cat ${FILE}`);
    promise(kept === TEXT, `${FILE} still says "${kept}"`);
    const live = await world.look().liveHash(sandbox.id);
    promise(live['incarnation'] === '2', 'its live key is back in Redis, of the new incarnation');
    promise(world.look().row(sandbox.id)?.delete_at_ms === null, 'its deadline for deletion is cleared');
    show(fieldLines(live));
  });
}

function deleted(world: World, { step, promise, show }: Narrator, sandbox: Sandbox): Promise<void> {
  return step('Stop and delete it', async () => {
    const refusal = await sandbox.delete().then(
      () => 'deleted',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    promise(refusal !== 'deleted', `a delete while it runs is refused: ${refusal}`);
    await sandbox.stop();
    await sandbox.delete();
    const status = await world.engine().status(world.containerName(sandbox.id));
    promise(status === undefined, 'the engine has its container no more');
    const row = world.look().row(sandbox.id);
    promise(row?.state === 'deleted' && row.deleted_at_ms !== null, 'its row is a tombstone');
    const engineTold = () => world.engine().actionsOf(sandbox.id);
    await until(() => engineTold().includes('destroy'));
    promise(
      engineTold().filter((action) => action === 'start').length === 2,
      "the engine's own events tell of two starts",
    );
    promise(engineTold().filter((action) => action === 'destroy').length === 1, 'and of one destroy');
    show(`events of the engine: ${engineTold().join(', ')}`);
    show(`history of the row: ${world.look().history(sandbox.id).join(', ')}`);
  });
}

function fieldLines(hash: Readonly<Record<string, string>>): string {
  return Object.entries(hash)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([field, value]) => `${field.padEnd(17)} ${value}`)
    .join('\n');
}
