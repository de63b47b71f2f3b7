import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';

const out = mkdtempSync(join(tmpdir(), 'sandglass-stress-'));
let child: ChildProcessByStdio<null, Readable, Readable>;
beforeAll(() => {
  const argv = ['--import', 'tsx', 'bench/stress/main.ts', '3', '--quick', '--out', out];
  child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
});
afterAll(async () => {
  if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  rmSync(out, { recursive: true, force: true });
});

test('a shortened step runs with those before it against the built service, and reports', async () => {
  const [printed, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect(code, said).toBe(0);
  expect(said).not.toContain('not cleaned up');

  const page = readFileSync(join(out, 'report.md'), 'utf8');
  expect(printed.trim()).toBe(page.trim());
  expect(page.split('\n')[0]).toMatch(/^Boot: [\d.,]+ ms\. Idle RSS of the service: [\d.]+ MiB\.$/);
  expect(page.split('\n')[2]).toMatch(/^Memory per active sandbox: [\d.]+ MiB/);
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  const verdicts = report.steps.map(({ name, verdict }: { name: string; verdict: string }) => `${name} ${verdict}`);
  expect(verdicts).toEqual(['health green', 'memory green', 'pool green']);
  expect(report.memory.length).toBeGreaterThanOrEqual(verdicts.length);
  expect(readFileSync(join(out, 'report.svg'), 'utf8')).toContain('<svg ');
}, 120_000);
