import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Page } from './page.ts';

/** A word of a page's prose that names something which has to be there. */
export interface Mention {
  readonly page: string;
  readonly line: number;
  readonly words: string;
}

/** What a pattern finds in the prose of pages: its first group, or all of it. */
export function mentionsOf(pages: readonly Page[], pattern: RegExp): readonly Mention[] {
  return pages.flatMap(({ path, prose }) =>
    prose.flatMap((line, index) =>
      [...line.matchAll(pattern)].map(([all, group = all]) => ({ page: path, line: index + 1, words: group })),
    ),
  );
}

/** The test files that a path without its ending, a folder or a pattern with `*` and `{a,b}` stands for. */
export function testsNamed(name: string): readonly string[] {
  const [, before, choices, after] = /^(.*)\{(.*)\}(.*)$/.exec(name) ?? [];
  if (choices !== undefined) return choices.split(',').flatMap((choice) => testsNamed(`${before}${choice}${after}`));
  if (!name.includes('*')) {
    const file = name.endsWith('.test.ts') ? name : `${name}.test.ts`;
    return [file, name].filter((path) => existsSync(path)).slice(0, 1);
  }
  const [start = '', end = ''] = basename(name).split('*');
  const folder = dirname(name);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const found = files.filter((file) => file.startsWith(start) && file.endsWith(end) && file.endsWith('.test.ts'));
  return found.map((file) => join(folder, file));
}

/** The options of every command, by its words (`keys create`), out of the help texts on the page of the commands. */
export function optionsByCommand(commands: Page): ReadonlyMap<string, ReadonlySet<string>> {
  const helps = commands.fences.filter(({ text }) => text.startsWith('Usage: sandglass '));
  return new Map(
    helps.map(({ heading, text }) => {
      const options = text.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm);
      return [heading, new Set([...options].flatMap(([, short = '', long = '']) => [short, long]))];
    }),
  );
}

/** What is wrong with a command line of a page; undefined when it can be typed so. */
export function wrongIn(commandLine: string, options: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const [, ...words] = commandLine.split(/\s+/);
  const ours = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined);
  // Of a group of commands, `show` is meant where none is named.
  const names = [ours.slice(0, 2).join(' '), ours[0] ?? '', `${ours[0]} show`];
  const command = names.find((one) => options.has(one));
  if (command === undefined) return `there is no command ${ours.slice(0, 2).join(' ')}`;
  const unknown = ours.filter((word) => word.startsWith('-') && options.get(command)?.has(word) !== true);
  return unknown.length === 0 ? undefined : `${command} has no ${unknown.join(', ')}`;
}
