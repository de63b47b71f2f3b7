import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli/run-cli.ts';
import { scriptedServices } from '../support/sdk/scripted-service.ts';

const view = {
  ...{ id: 'first', state: 'running', reason: null, template: 'base', image: 'sandglass-base:latest' },
  ...{ labels: { project: 'demo' }, resources: { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 } },
  ...{ createdAt: '2026-08-01T12:00:00.000Z', startedAt: '2026-08-01T12:00:01.000Z' },
  deadlines: {
    stopAt: null,
    idleStopAt: null,
    deleteAt: null,
    next: { action: 'stop', at: '2026-08-01T13:00:00.000Z' },
  },
};

const serviceThat = scriptedServices();

describe('get', () => {
  it('prints what the sandbox is and what comes next', async () => {
    const { url, seen } = await serviceThat({ status: 200, json: view });
    const { exitCode, results } = await runCli(['get', 'first', '--url', url, '--key', 'e2b_mine']);
    expect(exitCode).toBe(0);
    expect(results).toMatch(/^id +first$/m);
    expect(results).toMatch(/^state +running$/m);
    expect(results).toMatch(/^next +stop at 2026-08-01T13:00:00\.000Z$/m);
    expect(results).toMatch(/^label project +demo$/m);
    expect(seen[0]).toMatchObject({ target: '/v1/sandboxes/first', headers: { 'x-api-key': 'e2b_mine' } });
  });

  it('prints everything for machines, and nothing that a terminal would act upon', async () => {
    const { url } = await serviceThat({ status: 200, json: { ...view, labels: { a: 'x\u001b[2Jy' } } });
    const people = await runCli(['get', 'first', '--url', url]);
    expect(people.results).toContain('x?[2Jy');
    expect(JSON.parse((await runCli(['get', 'first', '--json', '--url', url])).results)).toMatchObject({ id: 'first' });
  });

  it('refuses what can be no id before it asks anybody', async () => {
    expect((await runCli(['get', 'No/Such'])).exitCode).toBe(2);
  });
});
