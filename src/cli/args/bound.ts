import { InvalidArgumentError } from 'commander';

/** A number above zero. Throws what commander turns into a usage error. */
export function positiveNumber(text: string): number {
  const value = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError('It is a number above 0.');
}

export function positiveInteger(text: string): number {
  const value = positiveNumber(text);
  if (Number.isInteger(value)) return value;
  throw new InvalidArgumentError('It is a whole number above 0.');
}
