import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli/run-cli.ts';
import { type Reaction, type ScriptedService, scriptedService } from '../support/sdk/scripted-service.ts';

const at = '2026-08-01T12:00:01.000Z';
const explanation = {
  ...{ id: 'first', state: 'running', since: at, owes: null, lastAttempt: null, next: null },
  because: { event: 'START_SUCCEEDED', reason: null, actor: 'system', at },
  accepts: ['stop', 'pause'],
  sentence: 'It is running since 12:00:01 UTC because its start succeeded; it has no deadline.',
};

let service: ScriptedService | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

async function serviceThat(...reactions: readonly Reaction[]): Promise<ScriptedService> {
  service = await scriptedService(...reactions);
  return service;
}

describe('explain', () => {
  it('prints the sentence and what is accepted', async () => {
    const { url, seen } = await serviceThat({ status: 200, json: explanation });
    const { exitCode, results } = await runCli(['explain', 'first', '--url', url, '--key', 'e2b_mine']);
    expect(exitCode).toBe(0);
    expect(results).toBe(`${explanation.sentence}\nIt accepts stop, pause.\n`);
    expect(seen.at(-1)).toMatchObject({ target: '/v1/sandboxes/first/explain', headers: { 'x-api-key': 'e2b_mine' } });
  });

  it('prints everything for machines', async () => {
    const { url } = await serviceThat({ status: 200, json: explanation });
    expect(JSON.parse((await runCli(['explain', 'first', '--json', '--url', url])).results)).toEqual(explanation);
  });

  it('repeats nothing that a terminal would act upon', async () => {
    const { url } = await serviceThat({ status: 200, json: { ...explanation, accepts: [], sentence: 'a\u001b[2Jb' } });
    const { results } = await runCli(['explain', 'first', '--url', url]);
    expect(results).toBe('a?[2Jb\nIt accepts no call now.\n');
  });

  it('refuses what can be no id before it asks anybody', async () => {
    expect((await runCli(['explain', 'No/Such'])).exitCode).toBe(2);
  });
});
