import { describe, expect, it } from 'vitest';
import { argvList } from '../../src/cli/args/argv.ts';
import { countList } from '../../src/cli/args/count-list.ts';
import { runtimeList } from '../../src/cli/args/runtime-list.ts';
import { touchAnswer } from '../../src/cli/matrix/areas/paths.ts';
import { type Check, cellOf, hasFailed, type Row, sameCells } from '../../src/cli/matrix/cell.ts';
import { check } from '../../src/cli/matrix/check.ts';
import { memoryUse, memoryWords } from '../../src/cli/matrix/memory-use.ts';
import { filledIn, runArgv } from '../../src/cli/matrix/own-command.ts';
import { markdown, page } from '../../src/cli/matrix/render.ts';
import type { Report } from '../../src/cli/matrix/report.ts';
import { roundOf, roundWords } from '../../src/cli/matrix/start-round.ts';
import { sortedJson } from '../../src/cli/sorted-json.ts';
import { SandglassError } from '../../src/sdk/index.ts';

const MIB = 1024 ** 2;
const made = (name: string, outcome: Check['outcome'], value = 'seen'): Check => {
  return { name, outcome, value, evidence: { name } };
};
const never = new AbortController().signal;

describe('a cell', () => {
  it('fails with one of its checks, is ok with a measured one, and is unmeasured without', () => {
    expect(cellOf([made('a', 'ok'), made('b', 'unmeasured'), made('c', 'failed')]).outcome).toBe('failed');
    expect(cellOf([made('a', 'ok'), made('b', 'unmeasured')]).outcome).toBe('ok');
    expect(cellOf([made('a', 'unmeasured')]).outcome).toBe('unmeasured');
    expect(cellOf([]).outcome).toBe('unmeasured');
  });

  it('says each of its checks, and which failed', () => {
    const { value } = cellOf([made('a', 'ok'), made('b', 'failed', 'no'), made('c', 'unmeasured', 'give it')]);
    expect(value).toBe('a: seen; FAILED b: no; not measured c: give it');
  });

  it('fails the matrix, which an absent runtime does not', () => {
    const rows: Row[] = [{ runtime: 'runsc', present: false }];
    expect(hasFailed(rows)).toBe(false);
    expect(hasFailed([...rows, { runtime: 'runc', present: true, cells: sameCells(made('a', 'ok')) }])).toBe(false);
    expect(hasFailed([...rows, { runtime: 'runc', present: true, cells: sameCells(made('a', 'failed')) }])).toBe(true);
  });
});

describe('a check', () => {
  it('that throws has failed, with what was said as its evidence', async () => {
    const refused = new SandglassError('start_failed', 'It did not start.', { status: 502 });
    expect(await check('start', never, () => Promise.reject(refused))).toEqual({
      ...{ name: 'start', outcome: 'failed', value: 'It did not start.' },
      evidence: { error: { message: 'It did not start.', code: 'start_failed', status: 502 } },
    });
  });

  it('ends with the run, and is no failure then', async () => {
    const over = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(check('start', over, () => Promise.reject(new Error('broken off')))).rejects.toThrow('Ctrl-C');
  });
});

describe('a round of starts', () => {
  const tries = [
    ...[30, 10, 20].map((ms, at) => ({ id: `s${at}`, path: 'cold', ms })),
    { id: 'w', path: 'warm', ms: 1 },
    { error: { code: 'start_failed' }, ms: 5 },
  ];

  it('keeps warm and cold apart, and counts what went wrong', () => {
    expect(roundOf('cold', tries, 2)).toEqual({
      ...{ atOnce: 5, path: 'cold', measured: 3, otherPaths: { warm: 1 }, errors: 1, leftovers: 2 },
      ms: { p50: 20, p95: 30, max: 30 },
    });
    expect(roundWords(roundOf('cold', tries, 2))).toBe('p50 20.0 / p95 30.0 / max 30.0 ms, 1 warm, 1 errors, 2 left');
  });

  it('has no times of nothing', () => {
    expect(roundOf('warm', [], 0).ms).toBeNull();
    expect(roundWords(roundOf('warm', [], 0))).toBe('none, 0 errors, 0 left');
  });
});

describe('memory', () => {
  it('adds up what was measured, and says how many were not', () => {
    const use = memoryUse([10 * MIB, null, 14 * MIB]);
    expect(use).toEqual({
      ...{ count: 3, measured: 2, totalBytes: 24 * MIB, averageBytes: 12 * MIB, maxBytes: 14 * MIB },
    });
    expect(memoryWords(use)).toBe('3 sandboxes (1 not measured), 24.0 MiB in all, 12.0 average, 14.0 max');
    expect(memoryUse([null])).toMatchObject({ totalBytes: 0, averageBytes: null, maxBytes: null });
  });
});

describe('a touch', () => {
  it.each([
    [{ exitCode: 0, stderr: '' }, 'ok'],
    [{ exitCode: 1, stderr: "touch: cannot touch '/mnt/skills/x': Read-only file system\n" }, 'EROFS'],
    [{ exitCode: 1, stderr: 'touch: /mnt/skills/x: Permission denied\n' }, 'EACCES'],
    [{ exitCode: 1, stderr: 'touch: something new\n' }, 'touch: something new'],
    [{ exitCode: 9, stderr: '' }, 'code 9'],
  ])('of %o answers %s', (result, answer) => {
    expect(touchAnswer(result)).toBe(answer);
  });
});

describe('the report', () => {
  const cells = { ...sameCells(made('a', 'ok')), paths: cellOf([made('b', 'failed', 'EACCES | `x`\nand')]) };
  const report: Report = {
    ...{ schema_version: 1, captured_at: '2026-11-30T10:00:00.000Z', duration_ms: 5, run: 'ab', load: null },
    ...{ service: { version: '0.1.0' }, notes: ['The machine was busy.'] },
    options: {
      ...{ runtimes: ['runc', 'runsc'], startup: [1, 3], timeout_seconds: 9 },
      ...{ restart_command: true, orphan_command: false },
    },
    engine: {
      ...{ name: 'local', reachable: true, version: '27', storageDriver: 'overlay2', cgroupVersion: '2' },
      ...{
        runtimes: ['runc'],
        cpus: 2,
        memoryMb: 1000,
        memoryBytes: 1_048_576_000,
        kernel: '6.1',
        diskEnforced: false,
        hostIsolated: true,
      },
      ...{ agentsReached: 'by address', networks: [] },
    },
    rows: [
      { runtime: 'runc', present: true, cells },
      { runtime: 'run|sc', present: false },
    ],
    leftovers: { sandboxes: [], templates: [], keys: [] },
  };

  it('is one table: a row for each area, and one for a runtime that is absent', () => {
    const lines = markdown(report).split('\n');
    expect(lines).toHaveLength(2 + 10 + 1);
    expect(lines.every((line) => /^\| .* \|$/.test(line))).toBe(true);
    expect(lines).toContain('| runc | paths | **failed** | FAILED b: EACCES \\| \\`x\\` and |');
    expect(lines.at(-1)).toBe('| run\\|sc | all | absent | the engine has no such runtime |');
  });

  it('as a page says by which command, when and where it was made, and what is left', () => {
    const text = page(report);
    expect(text).toContain('`sandglass matrix --runtime runc,runsc --startup 1,3 --timeout 9s --restart-command ...`');
    expect(text).toContain('- Begun 2026-11-30T10:00:00.000Z, took 0 s; left behind: nothing\n');
    expect(text).toContain('- The machine was busy.\n\n| Runtime |');
  });

  it('as JSON has the evidence of each cell, keys sorted', () => {
    const parsed = JSON.parse(sortedJson(report));
    expect(Object.keys(parsed)).toEqual(Object.keys(parsed).sort());
    expect(parsed.rows[0].cells.paths.checks[0].evidence).toEqual({ name: 'b' });
    expect(sortedJson(report)).toMatch(/^\{\n {2}"captured_at"/);
  });
});

describe('an argument', () => {
  it('of runtimes, counts and words is read, each once', () => {
    expect(runtimeList('runc,runsc,runc')).toEqual(['runc', 'runsc']);
    expect(countList(1, 100)('50,1,10,1')).toEqual([1, 10, 50]);
    expect(argvList('["a b", "$(c)"]')).toEqual(['a b', '$(c)']);
  });

  it.each(['', '{}', '[]', '"ls"', '[1]', '[""]', '["a\\u0000"]', 'ls -l'])(
    'that is no command is refused: %s',
    (text) => {
      expect(() => argvList(text)).toThrow('a JSON list of words');
    },
  );

  it.each(['', '0', '101', '1,', '1.5', '1 2'])('that is no list of counts is refused: %s', (text) => {
    expect(() => countList(1, 100)(text)).toThrow('a comma list of whole numbers');
  });
});

describe('a command of the caller', () => {
  it('gets what it names, and no more', () => {
    const words = ['--label={id}', '{unknown}', '{toString}', '{{id}}'];
    expect(filledIn(words, { id: 'x{id}' })).toEqual(['--label=x{id}', '{unknown}', '{toString}', '{x{id}}']);
  });

  it('is run without a shell, and its code is told', async () => {
    expect(
      await runArgv([process.execPath, '-e', 'process.exit(process.argv[1] === "$(id)" ? 3 : 4)', '$(id)'], never),
    ).toBe(3);
    await expect(runArgv(['/no/such/program'], never)).rejects.toThrow('ENOENT');
  });
});
