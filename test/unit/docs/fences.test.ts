import { describe, expect, it } from 'vitest';
import { notRun } from '../../support/docs/not-run.ts';
import { pages } from '../../support/docs/page.ts';
import { pageSetups } from '../../support/docs/page-setup.ts';
import { shownValues } from '../../support/docs/shown-json.ts';

const everyPage = pages();
const fences = everyPage.flatMap((page) => page.fences);

describe('the blocks of the pages', () => {
  it('say what they are', () => {
    const silent = fences.filter(({ language }) => !/^[a-z]+$/.test(language));
    expect(silent.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
  });

  it('are JSON where they say so', () => {
    const shown = fences.filter(({ language }) => language === 'json');
    expect(shown.length).toBeGreaterThan(0);
    for (const { page, line, text } of shown) {
      expect(() => shownValues(text), `${page}:${line}`).not.toThrow();
      expect(shownValues(text), `${page}:${line}`).not.toEqual([]);
    }
  });

  it('hold every line that is not run', () => {
    const lines = new Set(
      fences.flatMap(({ page, text }) => text.split('\n').map((line) => `${page}: ${line.trim()}`)),
    );
    const listed = notRun.flatMap(({ page, lines: own }) => own.map((line) => `${page}: ${line}`));
    expect(listed.filter((line) => !lines.has(line))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('are of a page wherever one has a setup', () => {
    const paths = everyPage.map(({ path }) => path);
    expect(Object.keys(pageSetups).filter((path) => !paths.includes(path))).toEqual([]);
  });
});
