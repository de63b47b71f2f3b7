import { randomBytes } from 'node:crypto';
import type { Sandbox } from '../../sdk/index.ts';

/** More goes by a file: the body of a call is bounded, and is text. */
const LARGEST_TEXT_BYTES = 256 * 1024;
/** Takes its input from the file $0, which is gone then, and becomes the command. */
const FROM_FILE = 'exec <"$0" && rm -f "$0" && exec "$@"';
/** As the service runs a text: by a login shell, bash where there is one. */
const LOGIN_SHELL = 'if command -v bash >/dev/null 2>&1; then exec bash -lc "$0"; else exec sh -lc "$0"; fi';

export interface CommandInput {
  readonly command: string | readonly string[];
  readonly stdin?: string;
}

/** The command with what it is to read: in the call where that is short text, else in a file inside that is put there now. */
export async function withInput(
  sandbox: Sandbox,
  command: string | readonly string[],
  { input, user }: { readonly input: Uint8Array; readonly user: string | undefined },
): Promise<CommandInput> {
  const text = input.length > LARGEST_TEXT_BYTES ? undefined : utf8(input);
  if (text !== undefined) return { command, stdin: text };
  const file = `/tmp/.sandglass-stdin-${randomBytes(8).toString('hex')}`;
  await sandbox.files.write(file, new Uint8Array(input), { mode: '600', ...(user === undefined ? {} : { user }) });
  const words = typeof command === 'string' ? ['/bin/sh', '-c', LOGIN_SHELL, command] : command;
  return { command: ['/bin/sh', '-c', FROM_FILE, file, ...words] };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
