import { InvalidArgumentError } from 'commander';

export function profileSeconds(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 300) return value;
  throw new InvalidArgumentError('It is a whole number, 1 to 300.');
}
