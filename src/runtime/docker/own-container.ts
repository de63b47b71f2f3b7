import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { containerPath } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import { refusal, understood } from './refusals.ts';

/** The container that this service runs in, as its engine sees it. */
export interface OwnContainer {
  readonly id: string;
  readonly imageId: string;
  /** Its IPv4 address in each network, by the network's name. */
  readonly addresses: ReadonlyMap<string, string>;
}

const containerSchema = z.object({
  Id: z.string(),
  Image: z.string(),
  HostConfig: z.object({ NetworkMode: z.string() }),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string() })).nullish() }),
});

/**
 * The container of this process; undefined when it runs in none, in one of another engine, or in one that shares the
 * host's network: then the host's bridges are its own.
 */
export async function findOwnContainer(context: EngineContext): Promise<OwnContainer | undefined> {
  const id = idInMounts(readMounts());
  if (id === undefined) return undefined;
  const answer = await context.calls.ask({
    name: 'own.inspect',
    method: 'GET',
    path: containerPath(id, '/json'),
    deadlineMs: context.deadlines.read,
  });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusal(answer, "look at the service's own container");
  const seen = understood(containerSchema, answer, "the service's own container");
  if (seen.HostConfig.NetworkMode === 'host') return undefined;
  const networks = Object.entries(seen.NetworkSettings.Networks ?? {});
  const addresses = networks.flatMap(([name, { IPAddress }]) =>
    isIPv4(IPAddress) ? [[name, IPAddress] as const] : [],
  );
  return { id: seen.Id, imageId: seen.Image, addresses: new Map(addresses) };
}

/** Docker mounts three files of its own into every container, out of a folder that bears the container's id. */
export function idInMounts(mountinfo: string): string | undefined {
  return /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf) \/etc\//.exec(mountinfo)?.[1];
}

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}
