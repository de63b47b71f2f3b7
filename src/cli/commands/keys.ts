import type { KeyView, NewKey } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';
import type { KeysAccess } from './keys-access.ts';
import { remoteKeys } from './keys-remote.ts';

export interface KeysFlags extends ConnectionFlags {
  readonly json?: boolean;
  /** Straight on the database of SANDGLASS_DATA_DIR, without the service. */
  readonly local?: boolean;
}

/** Prints the secret alone on standard output, so that it can be piped; it is shown this once. */
export async function createKey(context: CommandContext, wish: NewKey, flags: KeysFlags): Promise<void> {
  const { output } = context;
  const created = await withKeys(context, flags, (keys) => keys.create(wish));
  if (!flags.json) output.progress(`${created.id}: ${created.role} of ${created.tenant}. The key is shown this once:`);
  output.result(flags.json ? JSON.stringify(created, null, 2) : created.key);
}

export async function listKeys(context: CommandContext, flags: KeysFlags): Promise<void> {
  const keys = await withKeys(context, flags, (access) => access.list());
  context.output.result(flags.json ? JSON.stringify(keys, null, 2) : listing(keys, context.output));
}

export async function revokeKey(context: CommandContext, id: string, flags: KeysFlags): Promise<void> {
  await withKeys(context, flags, (keys) => keys.revoke(id));
  if (flags.json) context.output.result(JSON.stringify({ id, revoked: true }));
  else context.output.progress(`${id} is revoked.`);
}

async function withKeys<T>(
  { env }: CommandContext,
  flags: KeysFlags,
  work: (keys: KeysAccess) => Promise<T>,
): Promise<T> {
  if (!flags.local) return work(remoteKeys(connectionOptions(flags, env)));
  // It brings the whole service with it, which calls over the API need not load.
  const [{ withLocalKeys }, { readConfig }] = await Promise.all([import('./keys-local.ts'), import('../../config.ts')]);
  return withLocalKeys(readConfig(env), work);
}

function listing(keys: readonly KeyView[], output: Output): string {
  const head = ['ID', 'TENANT', 'ROLE', 'NAME', 'QUOTA', 'CREATED', 'EXPIRES', 'REVOKED'];
  const rows = keys.map((key) => [
    key.id,
    key.tenant,
    key.role,
    key.name,
    quotaWords(key.quota),
    key.createdAt,
    key.expiresAt ?? 'never',
    key.revokedAt ?? '-',
  ]);
  return table([head.map((word) => output.paint('bold', word)), ...rows]);
}

function quotaWords({ sandboxes, cpus, memoryMb }: KeyView['quota']): string {
  const bounds = [
    ...(sandboxes === null ? [] : [`${sandboxes} sandboxes`]),
    ...(cpus === null ? [] : [`${cpus} cpus`]),
    ...(memoryMb === null ? [] : [`${memoryMb} MiB`]),
  ];
  return bounds.join(', ') || 'none';
}
