import { Sandbox } from '../src/sdk/index.ts';
import type { Narrator } from './narrator.ts';
import type { World } from './open-world.ts';
import { until } from './until.ts';

const TIMEOUT_SECONDS = 2;
const AUTO_DELETE_SECONDS = 1;

/** A sandbox that nobody touches: the scans stop it, and then delete it. */
export async function secondLife(world: World, { step, promise, show }: Narrator): Promise<void> {
  const sandbox = await step(`Start a second one that may live for ${TIMEOUT_SECONDS} s`, async () => {
    const lifetime = { timeoutSeconds: TIMEOUT_SECONDS, autoDeleteSeconds: AUTO_DELETE_SECONDS };
    const second = await Sandbox.start({ lifetime }, world.client());
    promise(second.state === 'running', `${second.id} runs`);
    return second;
  });

  await step('Do nothing until its timeout has passed', async () => {
    const isStopped = await until(async () => ['stopped', 'deleted'].includes((await sandbox.refresh()).state));
    promise(isStopped && sandbox.reason?.code === 'expired', `a scan stopped it: ${sandbox.reason?.message}`);
    const { startedAt, stoppedAt } = sandbox.view;
    const livedMs = Date.parse(stoppedAt ?? '') - Date.parse(startedAt ?? '');
    promise(livedMs >= TIMEOUT_SECONDS * 1000, `it had its ${TIMEOUT_SECONDS} s: it lived for ${livedMs} ms`);
  });

  await step(`Do nothing for ${AUTO_DELETE_SECONDS} s more`, async () => {
    const isDeleted = await until(async () => (await sandbox.refresh()).state === 'deleted');
    promise(isDeleted, 'the scan of the stopped ones deleted it');
    const status = await world.engine().status(world.containerName(sandbox.id));
    promise(status === undefined, 'the engine has its container no more');
    const { stoppedAt, deletedAt } = sandbox.view;
    const keptMs = Date.parse(deletedAt ?? '') - Date.parse(stoppedAt ?? '');
    promise(keptMs >= AUTO_DELETE_SECONDS * 1000, `not before its time: it was kept for ${keptMs} ms`);
    show(`events of the engine: ${world.engine().actionsOf(sandbox.id).join(', ')}`);
    show(`history of the row: ${world.look().history(sandbox.id).join(', ')}`);
  });
}
