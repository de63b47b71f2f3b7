import { expect, it } from 'vitest';
import { cell, profileMarkdown } from '../../../src/cli/profile/markdown.ts';
import { memoryChart } from '../../../src/cli/profile/memory-chart.ts';
import { sortedJson } from '../../../src/cli/sorted-json.ts';
import { pod, profileWith } from './profiles.ts';

const EVIL = 'a|b `c` \\| <d>\n| e | \u001b[2J';
const PROCESS = { pid: 7, ppid: 1, rss_kib: 1024, rss_mib: 1, pss_kib: 512, command: EVIL };
const STARTUP = { concurrency: 10, started: 9, errors: 1, warm: 4, cold: 5, p50_ms: 5, p95_ms: 400, max_ms: 401 };

const evil = () =>
  profileWith([pod('s1', 3 << 20, { processes: [PROCESS] }), pod('s2', null, { error: EVIL })], {
    ...{ sample: EVIL, selector: EVIL, process_errors: [{ name: 's1', error: EVIL }], startups: [STARTUP] },
  });

it('escapes what would end a cell or begin code', () => {
  expect(cell('a|b `c` \\| d\ne')).toBe('a\\|b \\`c\\` \\\\\\| d e');
});

it('keeps the cells of every row together, whatever they hold', () => {
  const text = profileMarkdown(evil());
  expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) => row.replaceAll(/\\./g, '').split('|').length - 2);
  // The sandboxes, the start, the processes: each with its head and the line below.
  expect(cells).toEqual([13, 13, 13, 13, 8, 8, 8, 5, 5, 5]);
  expect(text).not.toMatch(/(?<!\\)`/);
});

it('leaves out what there is none of', () => {
  const text = profileMarkdown(profileWith([pod('s1', 3 << 20)]));
  expect(text.match(/^## .*$/gm)).toEqual(['## Notes']);
  expect(text).toContain('- Working sets: 3 MiB in all, 3 MiB on average, 3 MiB at most');
});

it('is JSON of sorted keys, two spaces deep', () => {
  expect(sortedJson({ b: [{ d: 1, c: null }], a: 'x' })).toBe(
    '{\n  "a": "x",\n  "b": [\n    {\n      "c": null,\n      "d": 1\n    }\n  ]\n}',
  );
});

it('draws a chart of memory, and of starts where there were some', () => {
  const [memory, both] = [memoryChart(profileWith([pod('s1', 3 << 20)])), memoryChart(evil())];
  expect(memory).toContain('height="260"');
  expect(memory).toContain('>3</text>');
  expect(both).toContain('height="520"');
  expect(both).toContain('>401</text>');
  expect(both).toContain('&lt;d&gt;');
  expect(both).not.toMatch(/(?!\n)\p{Cc}/u);
  expect(memoryChart(profileWith([]))).toContain('</svg>');
  expect(`${memory}${both}`).not.toMatch(/NaN|Infinity|undefined/);
});
