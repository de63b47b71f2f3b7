import { type Sandbox, SandglassError } from '../../sdk/index.ts';
import type { CopyPlace } from '../args/copy-path.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import type { Copied, CopyOptions } from '../copy/copied.ts';
import { copyBytes, copyIn } from '../copy/copy-in.ts';
import { copyOut } from '../copy/copy-out.ts';
import { copyProgress } from '../copy/copy-progress.ts';
import { findSandbox } from '../find-sandbox.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../printable.ts';
import { sizeWords } from '../size-words.ts';

export interface CpFlags extends ConnectionFlags {
  readonly user?: string;
  readonly quiet?: boolean;
}

interface Places {
  readonly from: CopyPlace;
  readonly to: CopyPlace;
}

/** Copies between this machine and a sandbox; says at the end how much, and what was left out. */
export async function cp({ env, output }: CommandContext, places: Places, flags: CpFlags): Promise<void> {
  const id = sandboxOf(places);
  const sandbox = await findSandbox(id, connectionOptions(flags, env));
  const shown = flags.quiet ? { ...output, status: () => {} } : output;
  const options = flags.user === undefined ? {} : { user: flags.user };
  const copied = await copy(shown, sandbox, places, options);
  output.status('');
  if (copied === undefined) return;
  for (const link of copied.left) output.progress(oneLine(`left out, for it leads out of the folder: ${link}`));
  if (!flags.quiet) output.progress(oneLine(`copied ${sizeWords(copied.bytes)} to ${copied.to}`));
}

/** The one sandbox that they name. */
function sandboxOf({ from, to }: Places): string {
  const named = [from, to].flatMap((place) => (place.kind === 'sandbox' ? [place.id] : []));
  const [id] = named;
  if (id !== undefined && named.length === 1) return id;
  const wrong = id === undefined ? 'Neither side is in a sandbox.' : 'Only one side can be in a sandbox.';
  throw new SandglassError('invalid_request', wrong, {
    hint: 'Example: sandglass cp ./src k3v9x0q2m7b1c8d4e5f6:/home/user/src',
  });
}

/** undefined when it went to standard output. */
async function copy(
  output: Output,
  sandbox: Sandbox,
  { from, to }: Places,
  options: CopyOptions,
): Promise<Copied | undefined> {
  if (to.kind === 'sandbox') {
    if (from.kind === 'here') return copyIn(output, { sandbox, from: from.path, to: to.path }, options);
    const progress = copyProgress(output, undefined);
    return copyBytes(sandbox, { source: process.stdin, to: to.path, progress }, options);
  }
  if (from.kind !== 'sandbox') return undefined;
  if (to.kind === 'here') return copyOut(output, { sandbox, from: from.path, to: to.path }, options);
  for await (const bytes of await sandbox.files.readStream(from.path, options)) await output.write(bytes);
  return undefined;
}
