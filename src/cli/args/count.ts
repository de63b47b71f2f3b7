import { InvalidArgumentError } from 'commander';

/** A whole number between two bounds, both included. */
export function countBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number, ${least} to ${most}.`);
  };
}
