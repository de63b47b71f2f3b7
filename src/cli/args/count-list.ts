import { InvalidArgumentError } from 'commander';

/** A comma list of whole numbers between two bounds, ascending, each once. */
export function countList(least: number, most: number): (text: string) => readonly number[] {
  return (text) => {
    const words = text.split(',');
    const counts = words.filter((word) => /^\d{1,9}$/.test(word)).map(Number);
    const isRight = counts.length === words.length && counts.every((count) => count >= least && count <= most);
    if (isRight) return [...new Set(counts)].sort((a, b) => a - b);
    throw new InvalidArgumentError(`It is a comma list of whole numbers, ${least} to ${most}, such as 1,10,50,100.`);
  };
}
