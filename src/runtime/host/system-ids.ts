import { randomBytes } from 'node:crypto';
import { sandboxIdFrom } from '../../domain/ids.ts';
import type { Ids } from '../../ports/ids.ts';

/** Ids from the randomness of this machine. */
export const systemIds: Ids = {
  sandboxId: () => sandboxIdFrom(randomBytes),
  hex: (count) => randomBytes(count).toString('hex'),
};
