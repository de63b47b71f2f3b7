import { InvalidArgumentError } from 'commander';

/** The id of a sandbox, or its beginning. */
export function sandboxId(text: string): string {
  if (/^[a-z0-9]{1,40}$/.test(text)) return text;
  throw new InvalidArgumentError('Ids of sandboxes are 1 to 40 of a-z and 0-9; `sandglass ls` shows them.');
}

/** One more of several, each once. */
export function sandboxIds(text: string, before: readonly string[] = []): readonly string[] {
  return [...new Set([...before, sandboxId(text)])];
}
