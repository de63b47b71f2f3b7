import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPool } from '../../src/cli/commands/doctor-pool.ts';
import { readConfig } from '../../src/config.ts';
import { capacitySchema } from '../../src/contract/capacity.ts';
import { poolViewSchema, startSignatureSchema } from '../../src/contract/pool.ts';
import { runCli } from '../support/cli/run-cli.ts';
import { scriptedServices } from '../support/sdk/scripted-service.ts';

const row = {
  ...{ signature: '3f9a1c07', tier: 'permanent', template: 'base', image: 'sandglass-base:latest', runtime: 'runc' },
  ...{ network: { internet: true }, target: 4, ready: 3, inStart: 1, hits: 128, misses: 2, discards: 0 },
  ...{ hitRate: 128 / 130, claimMs: { p50: 7.44, p99: 21.6 }, oldestReadySeconds: 312.5 },
};
const fresh = { template: null, hits: 0, misses: 0, hitRate: null, claimMs: null, oldestReadySeconds: null };
const pool = poolViewSchema.parse({ on: true, items: [row, { ...row, ...fresh, image: 'b\u001b[2J' }] });
const capacity = capacitySchema.parse({
  ...{ engine: 'local', memoryMb: 24_000, overcommit: 4, limitMb: 96_000, reservedMb: 2_816, waiting: 2 },
  pressure: { source: 'host', usedMb: 5_120, limitMb: 24_000, ratio: 0.2133 },
  ...{ disk: { freeMb: 800, totalMb: 102_400, guarded: true }, refuses: 'disk_full' },
});
const named = startSignatureSchema.parse({
  ...{ signature: '3f9a1c07', template: 'base', image: 'i', imageDigest: 'sha256:0', runtime: 'runc' },
  ...{ network: { internet: true }, sudo: true, diskMb: null, agentVersion: null },
});

const serviceThat = scriptedServices();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandglass-cli-pool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string): string {
  const path = join(folder, 'start.json');
  writeFileSync(path, text);
  return path;
}

describe('pool', () => {
  it('is a table for people, without what a terminal would act upon', async () => {
    const { url, seen } = await serviceThat({ status: 200, json: pool });
    const { exitCode, results } = await runCli(['pool', '--url', url, '--key', 'e2b_mine']);
    expect([exitCode, seen[0]?.target, seen[0]?.headers['x-api-key']]).toEqual([0, '/v1/pool', 'e2b_mine']);
    const [head, first, second] = results.split('\n');
    expect(head).toMatch(/^SIGNATURE +TIER +TEMPLATE +READY +STARTING +HITS +MISSES +DISCARDS +HIT RATE +P50 +P99/);
    expect(first).toMatch(
      /^3f9a1c07 +permanent +base +3\/4 +1 +128 +2 +0 +98\.5 % +7\.4 ms +21\.6 ms +313 s +sandglass-base:latest$/,
    );
    expect(second).toMatch(/^3f9a1c07 +permanent +- +3\/4 +1 +0 +0 +0 +- +- +- +- +b\?\[2J$/);
  });

  it('is everything for machines', async () => {
    const { url } = await serviceThat({ status: 200, json: pool });
    expect(JSON.parse((await runCli(['pool', '--json', '--url', url])).results)).toEqual(pool);
  });

  it('says that it is off, and how to change that', async () => {
    const { url } = await serviceThat({ status: 200, json: { on: false, items: [] } });
    const { exitCode, results, progress } = await runCli(['pool', '--url', url]);
    expect([exitCode, results]).toEqual([0, '']);
    expect(progress).toContain('SANDGLASS_POOL=base=4');
  });
});

describe('pool sig', () => {
  it('sends the start and prints its signature alone', async () => {
    const { url, seen } = await serviceThat({ status: 200, json: named });
    const { exitCode, results } = await runCli(['pool', 'sig', fileOf('{ "template": "base" }'), '--url', url]);
    expect([exitCode, results]).toEqual([0, '3f9a1c07\n']);
    expect(seen[0]).toMatchObject({ method: 'POST', target: '/v1/pool/signature', body: { template: 'base' } });
  });

  it('prints all its parts for machines', async () => {
    const { url } = await serviceThat({ status: 200, json: named });
    const { results } = await runCli(['pool', 'sig', fileOf('{}'), '--json', '--url', url]);
    expect(JSON.parse(results)).toEqual(named);
  });

  it.each(['{', '[]', '"base"', 'null'])('asks nobody about a file with %s', async (text) => {
    const { exitCode, progress } = await runCli(['pool', 'sig', fileOf(text)]);
    expect(exitCode).toBe(2);
    expect(progress).toContain('holds no start');
  });

  it('asks nobody about a file that is not there, or none', async () => {
    expect((await runCli(['pool', 'sig', join(folder, 'none.json')])).exitCode).toBe(2);
    expect((await runCli(['pool', 'sig'])).exitCode).toBe(2);
    expect((await runCli(['pool', 'nosuch'])).exitCode).toBe(2);
  });
});

describe('capacity', () => {
  it('says in words what there is and why a start would wait', async () => {
    const { url } = await serviceThat({ status: 200, json: capacity });
    const { exitCode, results } = await runCli(['capacity', '--url', url]);
    expect(exitCode).toBe(0);
    expect(results).toMatch(/^reserved +2816 MiB of 96000 MiB \(24000 MiB of the engine, times 4\)$/m);
    expect(results).toMatch(/^in use +5120 of 24000 MiB, 21\.3 % \(host\)$/m);
    expect(results).toMatch(/^disk +800 of 102400 MiB free, guarded$/m);
    expect(results).toMatch(/^waiting +2 starts$/m);
    expect(results).toMatch(/^next start +waits: the disk of the engine is nearly full$/m);
  });

  it('is everything for machines', async () => {
    const { url } = await serviceThat({ status: 200, json: capacity });
    expect(JSON.parse((await runCli(['capacity', '--json', '--url', url])).results)).toEqual(capacity);
  });
});

describe('the doctor', () => {
  const checked = (env: Record<string, string>) => checkPool(readConfig(env));

  it('says what is kept ready, or that nothing is', () => {
    expect(checked({})).toMatchObject({ outcome: 'ok', found: expect.stringMatching(/^off .*npm start/) });
    expect(checked({ SANDGLASS_POOL: 'base=4' })).toMatchObject({ outcome: 'ok', found: 'kept ready: base=4' });
  });

  it('counts the floors of the templates file, and warns of a name that is in none', () => {
    const file = fileOf('[{ "name": "python", "image": "p", "floor": 2 }]');
    const warned = checked({ SANDGLASS_TEMPLATES: file, SANDGLASS_POOL: 'bsae=1' });
    expect(warned).toMatchObject({ outcome: 'warn', found: expect.stringContaining('python=2, bsae=1') });
    expect(warned.next).toContain('SANDGLASS_POOL');
  });

  it('fails on a templates file that the service would not start with', () => {
    expect(checked({ SANDGLASS_TEMPLATES: fileOf('{') }).outcome).toBe('fail');
  });
});
