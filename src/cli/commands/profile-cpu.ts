import { writeFileSync } from 'node:fs';
import type { CommandContext } from '../command-context.ts';
import { printable } from '../printable.ts';
import { type CallTree, callTree } from '../profile/cpu-profile.ts';
import { fetchCpuProfile } from '../profile/fetch-profile.ts';
import { flameGraph } from '../profile/flame-graph.ts';
import { type HotFunction, hottestFunctions } from '../profile/hottest-functions.ts';
import { table } from '../table.ts';

export interface ProfileCpuFlags {
  readonly seconds: number;
  readonly output?: string;
  readonly adminUrl?: string;
  readonly json?: boolean;
}

const DEFAULT_ADMIN_URL = 'http://127.0.0.1:9091';
const HOTTEST = 10;

/** Takes a profile of the running service; writes it and its flame graph, and prints where the time went. */
export async function profileCpu({ env, output }: CommandContext, flags: ProfileCpuFlags): Promise<void> {
  const { seconds } = flags;
  const adminUrl = flags.adminUrl || env['SANDGLASS_ADMIN_URL'] || DEFAULT_ADMIN_URL;
  const takenAt = new Date().toISOString();
  const profileFile = flags.output || `sandglass-${takenAt.replace(/\D/g, '').slice(0, 14)}.cpuprofile`;
  const graphFile = `${profileFile.replace(/\.cpuprofile$/, '')}.svg`;
  output.progress(`taking a profile of ${printable(adminUrl)} for ${seconds} s`);
  const text = await fetchCpuProfile(adminUrl, seconds);
  const tree = callTree(text);
  writeFileSync(profileFile, text);
  writeFileSync(graphFile, flameGraph(tree, `Sandglass, ${seconds} s from ${takenAt}`));
  const hottest = hottestFunctions(tree.root, HOTTEST);
  if (flags.json) {
    const told = { profileFile, graphFile, spanMicros: tree.spanMicros, busyMicros: tree.root.totalMicros, hottest };
    return output.result(JSON.stringify(told, null, 2));
  }
  output.result(printable(listing(tree, hottest)));
  output.progress(printable(`wrote ${profileFile} (Chrome and speedscope open it) and ${graphFile}`));
}

function listing({ root, spanMicros }: CallTree, hottest: readonly HotFunction[]): string {
  const share = (micros: number, of: number) => `${((100 * micros) / Math.max(1, of)).toFixed(1)} %`;
  const rows = hottest.map(({ name, place, selfMicros }) => [
    share(selfMicros, root.totalMicros),
    `${(selfMicros / 1000).toFixed(1)} ms`,
    name,
    place,
  ]);
  const busy = `Busy ${share(root.totalMicros, spanMicros)} of the time. The hottest functions, by the time in themselves:`;
  return `${busy}\n${table([['OF WORK', 'SELF', 'FUNCTION', 'PLACE'], ...rows])}`;
}
