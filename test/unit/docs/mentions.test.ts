import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mentionsOf, optionsByCommand, testsNamed, wrongIn } from '../../support/docs/mentions.ts';
import { filesBelow, pageOf, pages } from '../../support/docs/page.ts';
import { memoryService } from '../../support/memory-service.ts';
import { operationsOf } from '../../support/openapi/document.ts';

// Tests that are no longer there may be named by what tells of the past.
const everyPage = pages().filter(({ path }) => path !== 'CHANGELOG.md');
const found = (pattern: RegExp) => mentionsOf(everyPage, pattern);
const where = ({ page, line, words }: { page: string; line: number; words: string }) => `${page}:${line}: ${words}`;

describe('what the pages name is there', () => {
  it('every test and folder of tests', () => {
    const named = found(/(?<![\w/])test\/[a-z0-9_/{},*.-]*[a-z0-9_}*]/g);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ words }) => testsNamed(words).length === 0).map(where)).toEqual([]);
  });

  it('every test of the page about security', () => {
    const named = mentionsOf([pageOf('docs/security.md')], /`((?:security|faults)-[\w-]+)`/g);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ words }) => testsNamed(`test/e2e/${words}`).length === 0).map(where)).toEqual([]);
  });

  it('every number of a case', () => {
    const named = mentionsOf([pageOf('docs/reliability.md')], /(test\/[a-z0-9/-]+ \(I?\d+(?:, I?\d+)*\))/g);
    expect(named.length).toBeGreaterThan(5);
    const missing = named.filter(({ words }) => {
      const [name = '', ...cases] = words.split(/[ (),]+/).filter((word) => word !== '');
      const titles = testsNamed(name)
        .map((file) => readFileSync(file, 'utf8'))
        .join('\n');
      return cases.some((one) => !new RegExp(`\\('[\\d, ]*\\b${one}\\b[\\d, ]*:`).test(titles));
    });
    expect(missing.map(where)).toEqual([]);
  });

  it('every command with its options', () => {
    const options = optionsByCommand(pageOf('docs/cli.md'));
    const named = found(/`(sandglass [a-z][^`]*)`/g);
    expect(named.length).toBeGreaterThan(50);
    const wrong = named.map((mention) => ({ mention, why: wrongIn(mention.words, options) }));
    expect(wrong.flatMap(({ mention, why }) => (why === undefined ? [] : [`${where(mention)}: ${why}`]))).toEqual([]);
  });

  it('every setting', () => {
    const settings = new Set(
      mentionsOf([pageOf('docs/configuration.md')], /`(SANDGLASS_\w+)/g).map(({ words }) => words),
    );
    const compose = readFileSync('deploy/docker/compose.yaml', 'utf8');
    for (const [, name = ''] of compose.matchAll(/\$\{(SANDGLASS_\w+)/g)) settings.add(name);
    const named = found(/\bSANDGLASS_[A-Z_]*[A-Z]\b/g);
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(({ words }) => !settings.has(words)).map(where)).toEqual([]);
  });

  it('every call of the API', async () => {
    const service = await memoryService();
    const operations = await operationsOf(service).finally(() => service.close());
    const calls = new Set(operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`));
    // Without a method it is a GET.
    const named = found(/`((?:[A-Z]+ )?\/(?:v1\/|readyz|healthz)[^`?]*)/g);
    expect(named.length).toBeGreaterThan(10);
    const isThere = (words: string) => calls.has(words.includes(' ') ? words : `GET ${words}`);
    expect(named.filter(({ words }) => !isThere(words)).map(where)).toEqual([]);
  });

  it('every metric', () => {
    const sources = filesBelow('src/observe').map((path) => readFileSync(path, 'utf8'));
    const quoted = new Set(sources.flatMap((text) => text.match(/(?<=')[a-z_]+(?=')/g) ?? []));
    const named = found(/\bsandglass_([a-z_]*[a-z])\b/g);
    expect(named.length).toBeGreaterThan(20);
    const isThere = (name: string) => quoted.has(name) || quoted.has(name.replace(/_(bucket|count|sum)$/, ''));
    expect(named.filter(({ words }) => !isThere(words)).map(where)).toEqual([]);
  });
});

describe('a test that a page names', () => {
  it.each([
    ['test/unit/docs/mentions', 'test/unit/docs/mentions.test.ts'],
    ['test/unit/docs/mentions.test.ts', 'test/unit/docs/mentions.test.ts'],
    ['test/unit/docs', 'test/unit/docs'],
    ['test/unit/docs/{mentions,none}', 'test/unit/docs/mentions.test.ts'],
    ['test/unit/docs/mention*.test.ts', 'test/unit/docs/mentions.test.ts'],
  ])('is found by %s', (name, path) => {
    expect(testsNamed(name)).toEqual([path]);
    expect(statSync(path)).toBeDefined();
  });

  it.each(['test/unit/docs/none', 'test/none/*.test.ts', 'test/unit/docs/none*'])('is not: %s', (name) => {
    expect(testsNamed(name)).toEqual([]);
  });
});

describe('a command on a page', () => {
  const options = new Map([
    ['start', new Set(['-q', '--timeout'])],
    ['keys create', new Set(['--name'])],
    ['pool show', new Set(['--json'])],
  ]);

  it.each([
    ['sandglass start -q --timeout 5m', undefined],
    ['sandglass start -- ls --all', undefined],
    ['sandglass keys create --name x', undefined],
    ['sandglass pool --json', undefined],
    ['sandglass keys', 'there is no command keys'],
    ['sandglass start --all', 'start has no --all'],
  ])('%s', (line, wrong) => {
    expect(wrongIn(line, options)).toBe(wrong);
  });
});
