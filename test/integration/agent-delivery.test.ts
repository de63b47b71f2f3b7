import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerName } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/observe/logger.ts';
import type { ContainerRuntime } from '../../src/ports/container-runtime.ts';
import { type AgentFolder, readAgentFolder } from '../../src/runtime/docker/agent-folder.ts';
import { dockerRuntime } from '../../src/runtime/docker/docker-runtime.ts';
import { systemClock } from '../../src/runtime/host/system-clock.ts';
import { randomAddress } from '../contract/container-runtime/harness.ts';
import { engine, removeContainersOf } from '../support/engine.ts';

const IMAGE = 'sandglass-busybox:latest';
const SECRET_HASH = 'ab'.repeat(32);

/** A small stand-in for the built folder: delivery looks at no file in it. */
async function madeFolder(): Promise<AgentFolder> {
  const path = await mkdtemp(join(tmpdir(), 'sandglass-agent-folder-'));
  await cp(process.execPath, join(path, 'node'));
  await writeFile(join(path, 'agent.js'), '// nothing');
  return { path, version: `test${randomBytes(4).toString('hex')}`, loader: 'ld.so' };
}

const serviceId = randomBytes(16).toString('hex');
const made: AgentFolder[] = [];
const runtimes: ContainerRuntime[] = [];

function serviceWith(folder: AgentFolder, laterMs = 0): ContainerRuntime {
  const runtime = dockerRuntime({
    engine: 'local',
    serviceId,
    openSubnet: '10.213.0.0/16',
    closedSubnet: '10.214.0.0/16',
    clock: { ...systemClock, nowMs: () => systemClock.nowMs() + laterMs },
    log: silentLog,
    agentFolder: async () => folder,
  });
  runtimes.push(runtime);
  return runtime;
}

async function agentVolumes(folder: AgentFolder): Promise<readonly string[]> {
  const { Volumes } = await engine.listVolumes({ filters: JSON.stringify({ name: [folder.version] }) });
  return Volumes.map(({ Name }) => Name).sort();
}

async function createdWith(runtime: ContainerRuntime, sandboxId: string) {
  const outcome = await runtime.create({
    ...{ name: containerName(serviceId, sandboxId), sandboxId, tenant: 'acme', image: IMAGE, sudo: false },
    ...{ runtime: 'runc', network: 'closed', address: randomAddress(runtime, 'closed') },
    resources: { cpus: 1, memoryMb: 64, diskMb: null, pids: 64 },
    main: { kind: 'agent', initSecretHash: SECRET_HASH },
  });
  if (outcome.outcome !== 'created') throw new Error(`not created: ${outcome.outcome}`);
  return outcome.facts;
}

describe('the delivery of the agent', () => {
  let first: AgentFolder;
  let next: AgentFolder;

  beforeAll(async () => {
    first = await madeFolder();
    next = await madeFolder();
    made.push(first, next);
    await serviceWith(first).prepare();
  });

  afterAll(async () => {
    await removeContainersOf(serviceId);
    for (const folder of made) {
      for (const name of await agentVolumes(folder)) await engine.getVolume(name).remove({ force: true });
      await rm(folder.path, { recursive: true, force: true });
    }
    await Promise.all(runtimes.map((runtime) => runtime.close()));
  });

  it('puts it on the engine once, also for two services that ask at once', async () => {
    await Promise.all([serviceWith(first).deliverAgent(), serviceWith(first).deliverAgent()]);
    const name = `sandglass-agent-${first.version}`;
    expect(await agentVolumes(first)).toEqual([name, `${name}-ready`]);
    const fillers = await engine.listContainers({
      all: true,
      filters: JSON.stringify({ name: [`sandglass-agent-fill-${first.version}`] }),
    });
    expect(fillers.map(({ Names }) => Names)).toEqual([]);
  });

  it('mounts it read-only, and tells its version and where it answers', async () => {
    const runtime = serviceWith(first);
    await runtime.prepare();
    const facts = await createdWith(runtime, 'mounted1');
    expect(facts).toMatchObject({ agentVersion: first.version, agentEndpoint: `${facts.address}:49983` });
    const container = await engine.getContainer(facts.id).inspect();
    expect(container.Mounts).toMatchObject([{ Destination: '/opt/sandglass', RW: false }]);
    expect(container.Config.User).toBe('0:0');
    expect(container.Config.Env.join(' ')).toContain(`SANDGLASS_INIT_SHA256=${SECRET_HASH}`);
  });

  it('delivers again what was pruned, or was left half full by a crash', async () => {
    const runtime = serviceWith(next);
    await runtime.prepare();
    await runtime.deliverAgent();
    await engine.getVolume(`sandglass-agent-${next.version}-ready`).remove();
    const facts = await createdWith(runtime, 'again1');
    expect(facts.agentVersion).toBe(next.version);
    expect(await agentVolumes(next)).toHaveLength(2);
    await engine.getContainer(facts.id).remove({ force: true });
    for (const name of await agentVolumes(next)) await engine.getVolume(name).remove();
    await createdWith(runtime, 'again2');
    expect(await agentVolumes(next)).toHaveLength(2);
  });

  it('keeps an older agent while a sandbox was made with it, stopped ones too, and removes it afterwards', async () => {
    const newer = serviceWith(next, 2 * 3_600_000);
    await newer.deliverAgent();
    expect(await agentVolumes(first)).toContain(`sandglass-agent-${first.version}`);
    const facts = await newer.inspect(containerName(serviceId, 'mounted1'));
    expect(facts?.agentVersion).toBe(first.version);
    await newer.remove(facts?.id ?? '');
    await newer.deliverAgent();
    expect(await agentVolumes(first)).toEqual([]);
  });

  it('says what to do when the service was built without one', async () => {
    await expect(readAgentFolder(join(tmpdir(), 'no-such-folder'))).rejects.toMatchObject({
      code: 'start_failed',
      hint: 'Run `npm run build`.',
    });
  });
});
