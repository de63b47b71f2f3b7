import { statSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';

/** A folder of this machine that is there. */
export function localFolder(text: string): string {
  if (text !== '' && statSync(text, { throwIfNoEntry: false })?.isDirectory() === true) return text;
  throw new InvalidArgumentError('It must be a folder that is there.');
}
