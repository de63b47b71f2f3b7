import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf } from '../../support/docs/links.ts';
import { type Page, pages, readPage } from '../../support/docs/page.ts';

const everyPage = pages();

function isThere(from: Page, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from.path : relative('.', join(dirname(from.path), path));
  if (file.startsWith('..') || !existsSync(file)) return false;
  const page = everyPage.find((one) => one.path === file);
  return anchor === undefined || (page !== undefined && anchorsOf(page).has(anchor));
}

describe('links of the pages', () => {
  it('lead to files and headings that are there', () => {
    const links = everyPage.flatMap((page) => linksOf(page).map((link) => ({ page, ...link })));
    expect(links.length).toBeGreaterThan(50);
    const broken = links.filter(({ page, target }) => !isThere(page, target));
    expect(broken.map(({ page, line, target }) => `${page.path}:${line}: ${target}`)).toEqual([]);
  });

  it('lead to every page of docs from the index or from the first page', () => {
    const indexes = everyPage.filter(({ path }) => path === 'docs/README.md' || path === 'README.md');
    const links = indexes.flatMap((page) => linksOf(page).map(({ target }) => join(dirname(page.path), target)));
    const reached = new Set(links.map((path) => path.replace(/#.*/, '')));
    const guides = everyPage.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
    expect(guides.filter((path) => path !== 'docs/README.md' && !reached.has(path))).toEqual([]);
  });
});

describe('anchors', () => {
  it.each([
    ['Is it well?', 'is-it-well'],
    ['`start`, and stop', 'start-and-stop'],
    ['States of [it](a.md)', 'states-of-it'],
    ['503: capacity_exhausted', '503-capacity_exhausted'],
  ])('of %s', (heading, anchor) => {
    expect([...anchorsOf(readPage('a.md', `## ${heading}\n`))]).toEqual([anchor]);
  });

  it('are numbered where a heading is there twice', () => {
    expect([...anchorsOf(readPage('a.md', '# A\n## B\n## B\n'))]).toEqual(['a', 'b', 'b-1']);
  });
});
