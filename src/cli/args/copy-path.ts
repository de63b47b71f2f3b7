import { InvalidArgumentError } from 'commander';

/** One side of a copy. */
export type CopyPlace =
  | { readonly kind: 'sandbox'; readonly id: string; readonly path: string }
  | { readonly kind: 'here'; readonly path: string }
  /** Standard input or standard output. */
  | { readonly kind: 'stream' };

const LONGEST = 4096;

/** `ID:PATH`, `-`, or a path here; one with a colon before its first slash needs `./` in front. */
export function copyPlace(text: string): CopyPlace {
  if (text === '' || text.length > LONGEST || /\p{Cc}/u.test(text)) {
    throw new InvalidArgumentError('It is ID:PATH or a path here, without control characters.');
  }
  if (text === '-') return { kind: 'stream' };
  const [, id, path] = /^([^/:]*):(.*)$/s.exec(text) ?? [];
  if (id === undefined || path === undefined) return { kind: 'here', path: text };
  // The home of the user.
  if (/^[a-z0-9]{1,40}$/.test(id)) return { kind: 'sandbox', id, path: path === '' ? '.' : path };
  throw new InvalidArgumentError('What stands before the colon is no id; of a path here it begins with ./');
}
