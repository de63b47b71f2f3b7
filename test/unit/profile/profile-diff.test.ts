import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { MemoryProfile } from '../../../src/cli/profile/memory-profile.ts';
import { sortedJson } from '../../../src/cli/sorted-json.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { pod, profileWith } from './profiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'sandglass-profiles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function saved(name: string, profile: MemoryProfile | string): string {
  const file = join(folder, name);
  writeFileSync(file, typeof profile === 'string' ? profile : sortedJson(profile));
  return file;
}

const MIB = 1024 * 1024;
const before = saved('before.json', profileWith([pod('a', 10 * MIB), pod('b', 20 * MIB)]));

it('says what has changed, in numbers and in percent', async () => {
  const after = saved('after.json', profileWith([pod('c', 12 * MIB), pod('d', null)]));
  const { exitCode, results } = await runCli(['profile', 'diff', '--format=json', before, after]);
  expect(exitCode).toBe(0);
  const { rows } = JSON.parse(results);
  const row = (what: string) => rows.find((one: { what: string }) => one.what === what);
  expect(row('working sets, MiB in all')).toMatchObject({ before: 30, after: 12, change: -18, change_percent: -60 });
  expect(row('working set, MiB on average')).toMatchObject({ before: 15, after: 12, change: -3, change_percent: -20 });
  expect(row('not measured')).toMatchObject({ before: 0, after: 1, change: 1, change_percent: null });
  expect((await runCli(['profile', 'diff', before, after])).results).toContain(
    '| working sets, MiB in all | 30 | 12 | -18 | -60 % |',
  );
});

it.each([
  ['workload', saved('work.json', profileWith([pod('a', MIB)], { workload: 'python' }))],
  ['sample', saved('sample.json', profileWith([pod('a', MIB)], { sample: 'busy' }))],
])('refuses two runs of different %s with 2', async (what, other) => {
  const { exitCode, results, progress } = await runCli(['profile', 'diff', before, other]);
  expect([exitCode, results]).toEqual([2, '']);
  expect(progress).toContain(what);
});

it.each([
  ['no JSON', saved('broken.json', '{')],
  ['another version', saved('later.json', '{"schema_version": 2}')],
  ['a list', saved('list.json', '[]')],
  ['a file that is not there', join(folder, 'none.json')],
])('refuses %s with 2', async (_what, other) => {
  expect((await runCli(['profile', 'diff', before, other])).exitCode).toBe(2);
});

it('reads what other tools of the schema write', async () => {
  const { summary } = profileWith([pod('a', MIB)]);
  const foreign = {
    ...{ schema_version: 1, captured_at: '2026-01-01', sample: 'idle', summary },
    pods: [{ name: 'a', memory: { raw: '1Mi', bytes: MIB, mib: 1 } }],
  };
  const { exitCode, results } = await runCli([
    'profile',
    'diff',
    before,
    saved('foreign.json', JSON.stringify(foreign)),
  ]);
  expect([exitCode, results]).toEqual([0, expect.stringContaining('| PSS, MiB on average | 2 | - | - | - |')]);
});
