import { type ConnectionOptions, Sandbox, SandglassError } from '../sdk/index.ts';

/** Shorter beginnings are typed by mistake more often than on purpose. */
const SHORTEST = 4;
const SHOWN = 5;

/**
 * The sandbox of an id, or the only one that is not deleted whose id begins so. Throws `sandbox_not_found`, and `conflict`
 * where several do.
 */
export async function findSandbox(id: string, options: ConnectionOptions): Promise<Sandbox> {
  try {
    return await Sandbox.get(id, options);
  } catch (error) {
    const isUnknown = error instanceof SandglassError && error.code === 'sandbox_not_found';
    if (!isUnknown || id.length < SHORTEST) throw error;
    const found = await beginningWith(id, options);
    const [only] = found;
    if (only === undefined) throw error;
    if (found.length === 1) return only;
    const ids = found.slice(0, SHOWN).map((one) => one.id);
    const more = found.length > SHOWN ? ' ...' : '';
    throw new SandglassError('conflict', `The ids of ${found.length} sandboxes begin with ${id}.`, {
      hint: `Type more of one of them: ${ids.join(', ')}${more}`,
    });
  }
}

async function beginningWith(id: string, options: ConnectionOptions): Promise<readonly Sandbox[]> {
  const found: Sandbox[] = [];
  for await (const sandbox of Sandbox.list({ pageSize: 1000 }, options)) {
    if (sandbox.id.startsWith(id)) found.push(sandbox);
  }
  return found;
}
