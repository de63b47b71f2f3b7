import type { Sandbox } from '../domain/sandbox.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';

const PAGE = 500;

/** Calls `follow` with the row of every slot, as it is at that moment, that `isKnown` does not know. */
export async function eachSlotRow(
  store: Pick<SandboxStore, 'find' | 'inStates'>,
  isKnown: (id: string) => boolean,
  follow: (row: Sandbox) => void,
): Promise<void> {
  let after: string | null = null;
  for (;;) {
    const page = await store.inStates(['warming', 'warm'], after, PAGE);
    for (const { id } of page) {
      const row = isKnown(id) ? undefined : await store.find(id);
      if (row?.state === 'warming' || row?.state === 'warm') follow(row);
    }
    after = page.at(-1)?.id ?? null;
    if (page.length < PAGE) return;
  }
}
