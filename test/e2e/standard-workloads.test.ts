import { afterAll, beforeAll, expect, it } from 'vitest';
import { STANDARD_WORKLOADS } from '../../src/cli/workloads/standard-workloads.ts';
import type { WorkloadName } from '../../src/cli/workloads/workload-names.ts';
import { Sandbox } from '../../src/sdk/index.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

let service: ServiceProcess;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.dispose());

const options = () => ({ url: service.url, apiKey: service.adminKey });

async function worked(name: WorkloadName, image?: string): Promise<Sandbox> {
  const { run, isReused } = STANDARD_WORKLOADS[name];
  const wish = { ...(isReused ? { reuseKey: `work-${name}` } : {}), ...(image === undefined ? {} : { image }) };
  const sandbox = await Sandbox.start(wish, options());
  const startAgain = () => Sandbox.start(wish, options());
  await run({ sandbox, startAgain });
  return sandbox.refresh();
}

const commandsIn = async (sandbox: Sandbox) => (await sandbox.processes()).map(({ command }) => command).join('\n');

it('leaves nothing running behind bash and artifact, as in an empty one', async () => {
  await using empty = await worked('empty');
  const before = (await commandsIn(empty)).split('\n').sort();
  for (const name of ['bash', 'artifact'] as const) {
    await using sandbox = await worked(name);
    expect((await commandsIn(sandbox)).split('\n').sort()).toEqual(before);
  }
});

it.each([
  ['python', 'python3 -c'],
  ['node', 'node -e'],
] as const)('leaves the interpreter of %s running, with what it loaded', async (name, command) => {
  await using sandbox = await worked(name);
  expect(await commandsIn(sandbox)).toContain(command);
});

it('works in the same sandbox again for warm-reuse', async () => {
  await using sandbox = await worked('warm-reuse');
  expect(sandbox.incarnation).toBe(2);
  expect(await commandsIn(sandbox)).toContain('python3 -c');
});

it('says what an image lacks', async () => {
  await expect(worked('python', 'sandglass-busybox:latest')).rejects.toThrow(/python3/);
});
