import { InvalidArgumentError } from 'commander';

export function keyId(text: string): string {
  if (/^key_[0-9a-f]{1,40}$/.test(text)) return text;
  throw new InvalidArgumentError('Ids of keys look like key_0123456789abcdef; `sandglass keys list` shows them.');
}
