import { readFileSync } from 'node:fs';

/** The shell blocks that stand below a heading of a page, in their order; throws when there is no such heading. */
export function shellBlocks(page: string, heading: string): readonly string[] {
  const text = readFileSync(page, 'utf8');
  const section = text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`));
  if (section === undefined) throw new Error(`${page} has no heading "${heading}"`);
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
}
