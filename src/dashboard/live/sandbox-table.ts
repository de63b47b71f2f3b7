import type { SandboxView } from '../../contract/sandbox-view.ts';

/** Sandboxes by id, as last heard of. */
export type SandboxTable = Map<string, SandboxView>;

/** Takes what was heard, unless something newer of it is known: answers and events overtake each other. */
export function noteView(table: SandboxTable, view: SandboxView): void {
  const known = table.get(view.id);
  if (known === undefined || known.version <= view.version) table.set(view.id, view);
}

/** A whole list that was asked for at `versionsBefore`: what it lacks and was known before is gone. */
export function noteList(
  table: SandboxTable,
  list: readonly SandboxView[],
  versionsBefore: ReadonlyMap<string, number>,
): void {
  const listed = new Set(list.map(({ id }) => id));
  for (const view of list) noteView(table, view);
  for (const [id, version] of versionsBefore) {
    const known = table.get(id);
    if (!listed.has(id) && known?.version === version && known.state !== 'deleted') table.delete(id);
  }
}

export function versionsOf(table: SandboxTable): ReadonlyMap<string, number> {
  return new Map([...table.values()].map(({ id, version }) => [id, version]));
}

/** Newest first; ids settle ties, so that rows never change places. */
export function byCreation(one: SandboxView, other: SandboxView): number {
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt ? 1 : -1;
  return one.id < other.id ? 1 : -1;
}
