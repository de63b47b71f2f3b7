import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capacitySchema } from '../../src/contract/capacity.ts';
import { poolViewSchema } from '../../src/contract/pool.ts';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { cliProcess } from '../support/cli/cli-process.ts';
import { wholeEventReader } from '../support/event-reader.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

let service: ServiceProcess;
let api: Api;
/** What /readyz answered right after the listeners were open. */
let first: Awaited<ReturnType<Api>>;

beforeAll(async () => {
  service = await startService({ SANDGLASS_POOL: 'base=2', SANDGLASS_LOG_LEVEL: 'debug' });
  api = apiOf(service);
  first = await api('GET', '/readyz');
  await filled();
});
afterAll(() => service?.dispose());

const readyz = () => api('GET', '/readyz');
const poolView = async () => poolViewSchema.strict().parse((await api('GET', '/v1/pool')).body);
const filled = () => eventually('both slots are warm', async () => (await poolView()).items[0]?.ready === 2, 30_000);
const client = () => ({ SANDGLASS_URL: service.url, SANDGLASS_API_KEY: service.adminKey });
const startLines = () =>
  service.log.filter((line) => line.includes('"event":"sandbox.start"')).map((line) => JSON.parse(line));

async function start(body: object = {}) {
  const answer = await api('POST', '/v1/sandboxes', { body });
  expect(answer.status).toBe(201);
  return answer;
}

describe('/readyz', () => {
  it('was 503 for the pool alone until the first floor was warm, and is 200 since', async () => {
    expect([first.status, first.body.checks.pool.ok, first.body.degraded]).toEqual([503, false, ['pool']]);
    const now = await readyz();
    expect([now.status, now.body.degraded, now.body.checks.pool]).toEqual([200, [], { ok: true, detail: 'warm' }]);
  });

  it('stays 200 and names the pool while a floor is refilled', async () => {
    await Promise.all([start(), start()]);
    const refilling = await readyz();
    expect([refilling.status, refilling.body.degraded]).toEqual([200, ['pool']]);
    await filled();
    expect((await readyz()).body.degraded).toEqual([]);
  });
});

describe('a warm create', () => {
  it('is seen in the pool, the metrics, the log and the events, each time without the slot', async () => {
    const controller = new AbortController();
    const headers = { 'x-api-key': service.adminKey };
    const stream = await fetch(`${service.url}/v1/events`, { headers, signal: controller.signal });
    const reader = wholeEventReader(stream.body);
    const claimed = (async () => {
      for (;;) {
        const event = await reader.next();
        if (event.name.startsWith('pool.')) return event;
      }
    })();
    const before = (await poolView()).items[0]?.hits ?? 0;
    const { id } = (await start()).body;
    expect(await claimed).toMatchObject({ id: null, name: 'pool.claimed', data: { tier: 'permanent' } });
    controller.abort();

    const [row] = (await poolView()).items;
    expect(row).toMatchObject({ tier: 'permanent', template: 'base', hits: before + 1, misses: 0, hitRate: 1 });
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    const labels = `{tier="permanent",signature="${row?.signature}"}`;
    expect(metrics).toContain(`sandglass_pool_target${labels} 2\n`);
    expect(metrics).toContain(`sandglass_pool_ready${labels} `);
    expect(metrics).toContain(`sandglass_pool_claims_total{outcome="hit"} ${before + 1}\n`);
    for (const name of ['pool_in_start', 'memory_reserved_bytes', 'admission_waiting']) {
      expect(metrics).toMatch(new RegExp(`^sandglass_${name} \\d`, 'm'));
    }
    const claims = () => service.log.filter((line) => line.includes('"event":"pool.claim"'));
    await eventually('it is logged', async () => claims().length > before);
    expect(claims()).toHaveLength(before + 1);
    expect(claims().join()).not.toContain(id);
    await filled();
  });

  it('is one line at debug with each stage of service and agent', async () => {
    const before = startLines().length;
    const { headers, body } = await start();
    await eventually('it is logged', async () => startLines().length > before);
    const [line, ...others] = startLines().slice(before);
    expect([line.sandboxId, line.path, others]).toEqual([body.id, 'warm', []]);
    expect(Object.keys(line.stages)).toEqual(['placement', 'claim', 'ready', 'commit', 'agent']);
    expect(line.stages.agent).toBeLessThanOrEqual(line.stages.ready);
    expect(line.stages.agent).toBeGreaterThan(0);
    const { agent: _agent, ...stages } = line.stages as Record<string, number>;
    const sum = Object.values(stages).reduce((all, ms) => all + ms, 0);
    expect(Math.abs(sum - line.durationMs)).toBeLessThan(0.1);
    expect(headers.get('server-timing')).not.toContain('agent');
    await filled();
  });

  it('has a cold one beside it that tells the agent as well', async () => {
    const before = startLines().length;
    await start({ network: { internet: false } });
    await eventually('it is logged', async () => startLines().length > before);
    const [line] = startLines().slice(before);
    expect(line.path).toBe('cold');
    expect(line.stages.agent).toBeGreaterThan(0);
    expect(line.stages.agent).toBeLessThan(line.stages.ready);
  });
});

describe('the command line', () => {
  it('shows the pool and the capacity', async () => {
    const shown = await cliProcess(['pool'], client());
    expect(shown.results).toMatch(/^[0-9a-f]{8} +permanent +base +\d\/2 /m);
    const view = JSON.parse((await cliProcess(['capacity', '--json'], client())).results);
    expect(capacitySchema.strict().parse(view)).toMatchObject({ engine: expect.any(String), refuses: null });
    expect((await cliProcess(['capacity'], client())).results).toMatch(/^next start +has room$/m);
  });

  it('prints the signature of a start that is piped in: that of the pool', async () => {
    const printed = await piped(['pool', 'sig', '-'], '{ "template": "base", "env": { "A": "b" } }');
    expect(printed).toBe(`${(await poolView()).items[0]?.signature}\n`);
  });
});

function piped(argv: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], ...client() };
    const child = execFile(process.execPath, ['dist/cli.js', ...argv], { env, timeout: 20_000 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
    child.stdin?.end(input);
  });
}
