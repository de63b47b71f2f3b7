import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTree } from '../../src/cli/profile/cpu-profile.ts';
import { flameGraph } from '../../src/cli/profile/flame-graph.ts';
import { hottestFunctions } from '../../src/cli/profile/hottest-functions.ts';
import { runCli } from '../support/cli/run-cli.ts';
import { scriptedServices } from '../support/sdk/scripted-service.ts';

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber });
const MAIN = 'file:///srv/sandglass/dist/main.js';

/** main calls parse twice, by two nodes; 4 ms in itself, 3 ms in parse, 1 ms of collecting, 2 ms idle. */
const profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6] },
    { id: 2, callFrame: frame('main', MAIN, 9), children: [3, 4] },
    { id: 3, callFrame: frame('parse<T>', 'file:///srv/node_modules/zod/v4/core.js', 1) },
    { id: 4, callFrame: frame('parse<T>', 'file:///srv/node_modules/zod/v4/core.js', 1) },
    { id: 5, callFrame: frame('(garbage collector)') },
    { id: 6, callFrame: frame('(idle)') },
  ],
  ...{ startTime: 0, endTime: 10_000, samples: [2, 3, 4, 5, 6, 6], timeDeltas: [0, 4_000, 1_000, 2_000, 1_000, 2_000] },
};

const adminThat = scriptedServices();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandglass-profile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a profile', () => {
  it('gives each function the time until the next look, and idle time to none', () => {
    const { root, spanMicros } = callTree(JSON.stringify(profile));
    expect([spanMicros, root.totalMicros]).toEqual([10_000, 8_000]);
    expect(hottestFunctions(root, 10)).toEqual([
      { name: 'main', place: 'dist/main.js:10', selfMicros: 4_000 },
      { name: 'parse<T>', place: 'zod/v4/core.js:2', selfMicros: 3_000 },
      { name: '(garbage collector)', place: '', selfMicros: 1_000 },
    ]);
  });

  it('of a function that calls itself is counted once', () => {
    const nodes = [
      { id: 1, callFrame: frame('(root)'), children: [2] },
      { id: 2, callFrame: frame('walk', MAIN), children: [3] },
      { id: 3, callFrame: frame('walk', MAIN) },
    ];
    const { root } = callTree(JSON.stringify({ ...profile, nodes, samples: [2, 3, 3], timeDeltas: [0, 10, 20] }));
    expect(root.totalMicros).toBe(30);
    expect(hottestFunctions(root, 1)).toMatchObject([{ name: 'walk', selfMicros: 30 }]);
  });

  it('is drawn as wide as it took long, with nothing from outside and nothing that runs', () => {
    const svg = flameGraph(callTree(JSON.stringify(profile)), 'a <title> & more');
    const widthOf = (name: string) => Number(new RegExp(`${name}.*?<rect [^>]*width="([\\d.]+)"`).exec(svg)?.[1]);
    expect(widthOf('<title>main')).toBeCloseTo(1380 * (7 / 8), 0);
    expect(widthOf('<title>parse&lt;T&gt;')).toBeCloseTo(1380 * (3 / 8), 0);
    expect(svg).toContain('a &lt;title&gt; &amp; more');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|href|\(idle\)/);
  });
});

describe('profile-cpu', () => {
  it('writes the profile and its flame graph, and prints the hottest functions', async () => {
    const { url, seen } = await adminThat({ status: 200, json: profile });
    const output = join(folder, 'slow.cpuprofile');
    const end = await runCli(['profile-cpu', '--seconds', '7', '--output', output, '--admin-url', url]);
    expect(end).toMatchObject({ exitCode: 0 });
    expect(seen.map(({ target }) => target)).toEqual(['/debug/cpu-profile?seconds=7']);
    expect(JSON.parse(readFileSync(output, 'utf8'))).toEqual(profile);
    expect(readFileSync(join(folder, 'slow.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
    const [busy, , first] = end.results.split('\n');
    expect(busy).toMatch(/^Busy 80\.0 % of the time/);
    expect(first).toMatch(/^50\.0 % +4\.0 ms +main +dist\/main\.js:10$/);
  });

  it('finds the admin listener by SANDGLASS_ADMIN_URL, and sends no key there', async () => {
    const { url, seen } = await adminThat({ status: 200, json: profile });
    const argv = ['profile-cpu', '--output', join(folder, 'a.cpuprofile'), '--json'];
    const end = await runCli(argv, { SANDGLASS_ADMIN_URL: url, SANDGLASS_API_KEY: 'e2b_mine' });
    expect(JSON.parse(end.results)).toMatchObject({ busyMicros: 8_000, hottest: [{ name: 'main' }, {}, {}] });
    expect(JSON.stringify(seen)).not.toContain('e2b_mine');
    expect(seen[0]?.target).toBe('/debug/cpu-profile?seconds=30');
  });

  it('says that another profile is taken, and writes nothing', async () => {
    const json = { code: 'conflict', detail: 'A CPU profile is being taken.', hint: 'Ask again when it has ended.' };
    const { url } = await adminThat({ status: 409, json });
    const output = join(folder, 'b.cpuprofile');
    const end = await runCli(['profile-cpu', '--output', output, '--admin-url', url]);
    expect(end.exitCode).toBe(5);
    expect(end.progress).toContain('Ask again');
    expect(existsSync(output)).toBe(false);
  });

  it('says what to do when nobody answers, or somebody else', async () => {
    const output = join(folder, 'c.cpuprofile');
    const nobody = await runCli(['profile-cpu', '--output', output, '--admin-url', 'http://127.0.0.1:1']);
    expect(nobody.exitCode).toBe(7);
    expect(nobody.progress).toContain('--admin-url');
    const { url } = await adminThat({ status: 200, text: '<html>' });
    expect((await runCli(['profile-cpu', '--output', output, '--admin-url', url])).exitCode).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses what is no span and no address before it asks anybody', async () => {
    for (const seconds of ['0', '301', 'x', '1.5', '-1']) {
      expect((await runCli(['profile-cpu', '--seconds', seconds])).exitCode).toBe(2);
    }
    expect((await runCli(['profile-cpu', '--admin-url', 'file:///etc/passwd'])).exitCode).toBe(2);
  });
});
