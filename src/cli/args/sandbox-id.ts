import { InvalidArgumentError } from 'commander';

export function sandboxId(text: string): string {
  if (/^[a-z0-9]{1,40}$/.test(text)) return text;
  throw new InvalidArgumentError('Ids of sandboxes are 1 to 40 of a-z and 0-9.');
}
