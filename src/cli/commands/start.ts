import { type ConnectionOptions, Sandbox, type SandboxStart, SandglassError } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../printable.ts';
import { pullWords } from '../pull-words.ts';
import { whileSaying } from '../waiting.ts';
import { sandboxTable } from './get.ts';
import { type LifetimeFlags, lifetimeOf } from './lifetime-flags.ts';

export interface StartFlags extends ConnectionFlags, LifetimeFlags {
  readonly template?: string;
  readonly image?: string;
  readonly id?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workdir?: string;
  readonly cpus?: number;
  readonly memory?: number;
  readonly disk?: number;
  readonly pids?: number;
  readonly runtime?: string;
  readonly internet: boolean;
  readonly reuseKey?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export interface MainProcess {
  readonly words: readonly string[];
  readonly isAfterDashes: boolean;
}

export async function start({ env, output }: CommandContext, main: MainProcess, flags: StartFlags): Promise<void> {
  // The name of an image alone is meant as one, and would become the command.
  if (main.words.length > 0 && !main.isAfterDashes) {
    throw new SandglassError('invalid_request', `${main.words[0]} is no option.`, {
      hint: 'Name a template with --template, an image with --image, and put the main process after --: sandglass start -- sleep 60',
    });
  }
  const { view } = await started(output, wishOf(main.words, flags), connectionOptions(flags, env));
  if (flags.json) return output.result(JSON.stringify(view, null, 2));
  output.result(flags.quiet ? view.id : sandboxTable(view));
}

/** Says on a terminal how far the pull of the image is. */
async function started(output: Output, wish: SandboxStart, options: ConnectionOptions): Promise<Sandbox> {
  const over = new AbortController();
  let doing = 'starting';
  const onPending = (sandbox: Sandbox) => {
    void followPull(sandbox, over.signal, (words) => {
      doing = words;
    });
  };
  const watched = process.stderr.isTTY ? { ...options, onPending } : options;
  return whileSaying(output, () => doing, Sandbox.start(wish, watched)).finally(() => over.abort());
}

async function followPull(sandbox: Sandbox, signal: AbortSignal, say: (words: string) => void): Promise<void> {
  try {
    for await (const event of sandbox.events({ signal })) {
      if (event.type !== 'sandbox' || !('image' in event.sandbox)) continue;
      const { image, pull } = event.sandbox;
      if (pull !== undefined) say(`pulling ${oneLine(image)}: ${pullWords(pull)},`);
    }
  } catch {
    // It is only told less.
  }
}

function wishOf(words: readonly string[], flags: StartFlags): SandboxStart {
  const { template, image, id, env, label, user, workdir, cpus, memory, disk, pids, runtime, reuseKey } = flags;
  const lifetime = lifetimeOf(flags);
  const resources = given({ cpus, memoryMb: memory, diskMb: disk, pids });
  return {
    ...given({ template, image, id, user, workdir, runtime, reuseKey }),
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(label === undefined ? {} : { labels: { ...label } }),
    ...(words.length === 0 ? {} : { command: [...words] }),
    ...(Object.keys(resources).length === 0 ? {} : { resources }),
    ...(flags.internet ? {} : { network: { internet: false } }),
    ...(lifetime === undefined ? {} : { lifetime }),
  };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what was not said. */
function given<T extends object>(fields: T): Given<T> {
  // Entries lose the types of their names.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
