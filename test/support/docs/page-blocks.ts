import { linesToRun } from './not-run.ts';
import type { Fence, Page } from './page.ts';
import type { PageSetup } from './page-setup.ts';
import type { ShellBlock } from './run-shell.ts';

const SHELLS = ['sh', 'bash'];
const ANSWERS = ['json', 'text'];

/** The commands of a page, block by block, without the lines that are not run, and with what its setup adds. */
export function shellBlocksOf(page: Page, { before = {}, after }: PageSetup = {}): readonly ShellBlock[] {
  const prepared = new Set<string>();
  const blocks = page.fences.flatMap((fence) => {
    const lines = SHELLS.includes(fence.language) ? linesToRun(page.path, fence.text) : [];
    if (lines.every((line) => line.trim() === '')) return [];
    const first = prepared.has(fence.heading) ? [] : [before[fence.heading] ?? ''];
    prepared.add(fence.heading);
    return [{ fence, script: [...first, ...lines].join('\n') }];
  });
  const unknown = Object.keys(before).filter((heading) => !prepared.has(heading));
  if (unknown.length > 0) throw new Error(`${page.path} has no commands under: ${unknown.join(', ')}`);
  const last = blocks.at(-1);
  return after === undefined || last === undefined ? blocks : [...blocks, { fence: last.fence, script: after }];
}

/** The answers that a page shows below a block, with nothing but empty lines between. */
export function answersBelow(page: Page, fence: Fence): readonly Fence[] {
  const below = page.fences.slice(page.fences.findIndex(({ line }) => line === fence.line) + 1);
  const end = below.findIndex(({ isNext, language }) => !isNext || !ANSWERS.includes(language));
  return end < 0 ? below : below.slice(0, end);
}
