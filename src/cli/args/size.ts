import { InvalidArgumentError } from 'commander';

/** `512`, `512m` or `2g` in MiB. */
export function sizeMb(text: string): number {
  const [, amount, unit] = /^(\d{1,7})([mg]?)$/i.exec(text) ?? [];
  const size = Number(amount ?? 0) * (unit?.toLowerCase() === 'g' ? 1024 : 1);
  if (size > 0) return size;
  throw new InvalidArgumentError('It is a size such as 512m or 2g; a number alone is MiB.');
}
