import { z } from 'zod';
import type { EngineInfo } from '../../ports/container-runtime.ts';
import type { EngineRuntime } from './capabilities.ts';
import { isDiskEnforced, readOwnMounts } from './disk-quota.ts';
import type { EngineContext } from './engine-context.ts';
import { refusal, understood } from './refusals.ts';

const infoSchema = z.object({
  ServerVersion: z.string(),
  Driver: z.string(),
  DriverStatus: z.array(z.array(z.string())).nullish(),
  CgroupVersion: z.string().default('1'),
  Runtimes: z.record(
    z.string(),
    z.object({ path: z.string().default(''), runtimeArgs: z.array(z.string()).nullish() }).loose(),
  ),
  KernelVersion: z.string().default('unknown'),
  NCPU: z.number(),
  MemTotal: z.number(),
  DockerRootDir: z.string(),
  SystemTime: z.string(),
});

/** What the engine says of itself, without what the networks and the firewall add. */
export type EngineFacts = Omit<EngineInfo, 'networks' | 'name' | 'runtimes' | 'agentsReached'> & {
  readonly runtimes: readonly EngineRuntime[];
};

/** `isLocal`: the engine's disks are this machine's. */
export async function askInfo(context: EngineContext, isLocal: boolean): Promise<EngineFacts> {
  const answer = await context.calls.ask({
    name: 'info',
    method: 'GET',
    path: '/info',
    deadlineMs: context.deadlines.read,
  });
  if (answer.status !== 200) throw refusal(answer, 'tell about itself');
  const info = understood(infoSchema, answer, 'itself');
  const status = Object.fromEntries((info.DriverStatus ?? []).map(([name = '', value = '']) => [name, value]));
  const storage = { driver: info.Driver, status, dataRoot: info.DockerRootDir };
  return {
    version: info.ServerVersion,
    storageDriver: info.Driver,
    cgroupVersion: info.CgroupVersion,
    runtimes: Object.entries(info.Runtimes).map(([name, { path, runtimeArgs }]) => ({
      name,
      path,
      args: runtimeArgs ?? [],
    })),
    kernel: info.KernelVersion,
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    dataRoot: info.DockerRootDir,
    diskEnforced: await isDiskEnforced(storage, isLocal ? readOwnMounts : undefined),
    nowMs: Date.parse(info.SystemTime),
  };
}

const FRESH_MS = 60_000;

/** The facts that change only when the engine is configured anew, asked at most once a minute. */
export function rememberedInfo(context: EngineContext, isLocal: boolean): (isFresh?: boolean) => Promise<EngineFacts> {
  let known: { readonly facts: EngineFacts; readonly atMs: number } | undefined;
  return async (isFresh = false) => {
    const nowMs = context.clock.monotonicMs();
    if (!isFresh && known !== undefined && nowMs - known.atMs < FRESH_MS) return known.facts;
    const facts = await askInfo(context, isLocal);
    known = { facts, atMs: nowMs };
    return facts;
  };
}
