import { InvalidArgumentError } from 'commander';
import { countBetween } from './count.ts';
import { labelPair } from './name-value.ts';

/** `k=v[,k=v]`: all of them. */
export function labelSelector(text: string): Readonly<Record<string, string>> {
  return text.split(',').reduce<Readonly<Record<string, string>>>((before, pair) => labelPair(pair, before), {});
}

/** What the caller calls the phase that is sampled. */
export function phaseName(text: string): string {
  if (/^\P{Cc}{1,128}$/u.test(text)) return text;
  throw new InvalidArgumentError('It is 1 to 128 characters without control characters.');
}

/** `20`, or several such as `1,10,50`: one after the other. */
export function countList(least: number, most: number): (text: string) => readonly number[] {
  return (text) => text.split(',').map(countBetween(least, most));
}
