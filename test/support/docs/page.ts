import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a page. */
export interface Fence {
  readonly page: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** The word behind the opening fence; empty when there is none. */
  readonly language: string;
  /** Without the indentation of the fence. */
  readonly text: string;
  /** The words of the heading it stands under; empty above the first one. */
  readonly heading: string;
  /** Nothing but empty lines stands between the fence before and this one. */
  readonly isNext: boolean;
}

export interface Page {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly fences: readonly Fence[];
  readonly headings: readonly string[];
  /** Its lines, in which those of fences are empty. */
  readonly prose: readonly string[];
}

/** Every page of the repository that people read: those of the root, and all below docs and deploy. */
export function pages(): readonly Page[] {
  const below = ['docs', 'deploy'].filter((folder) => existsSync(folder)).flatMap(filesBelow);
  const paths = [...readdirSync('.'), ...below].filter((path) => path.endsWith('.md'));
  return paths.toSorted().map(pageOf);
}

/** Paths of all files of a folder, with the folder. */
export function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

export function pageOf(path: string): Page {
  return readPage(path, readFileSync(path, 'utf8'));
}

/** Throws where a fence is not closed. */
export function readPage(path: string, markdown: string): Page {
  const fences: Fence[] = [];
  const headings: string[] = [];
  const prose: string[] = [];
  let open: { readonly line: number; readonly indent: number; readonly language: string; lines: string[] } | undefined;
  let isNext = false;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, indent = '', language] = /^( *)```(.*)$/.exec(line) ?? [];
    prose.push('');
    if (open !== undefined && language === undefined) {
      open.lines.push(line.slice(0, open.indent).trim() === '' ? line.slice(open.indent) : line);
    } else if (open !== undefined) {
      const { line: at, language: said, lines } = open;
      const text = lines.map((one) => `${one}\n`).join('');
      fences.push({ page: path, line: at, language: said, text, heading: headings.at(-1) ?? '', isNext });
      open = undefined;
      isNext = true;
    } else if (language !== undefined) {
      open = { line: index + 1, indent: indent.length, language: language.trim(), lines: [] };
    } else {
      prose[index] = line;
      if (line.trim() !== '') isNext = false;
      const [, words] = /^#{1,6} +(.*)$/.exec(line) ?? [];
      if (words !== undefined) headings.push(words.trim());
    }
  }
  if (open !== undefined) throw new Error(`${path}:${open.line}: this block has no end`);
  return { path, fences, headings, prose };
}
