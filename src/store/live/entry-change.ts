import { filterSandboxInfoPatch, type SandboxInfo } from '../../domain/sandbox-info.ts';

/**
 * What of a change an entry takes: fields of the schema with a value of its type, but neither `id` nor `incarnation`,
 * which say whose entry it is and of which run: only a seed writes those.
 */
export function entryChange(change: Partial<SandboxInfo>): Partial<SandboxInfo> {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const { id: _id, incarnation: _incarnation, ...taken } = filterSandboxInfoPatch(given);
  return taken;
}
