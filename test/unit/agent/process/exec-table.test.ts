import { afterEach, expect, test } from 'vitest';
import { systemAccounts } from '../../../../src/agent/accounts.ts';
import { execBody } from '../../../../src/agent/process/exec-body.ts';
import { execTable, viewOf } from '../../../../src/agent/process/exec-table.ts';
import { processTable } from '../../../../src/agent/process/process-table.ts';
import { openSession } from '../../../../src/agent/session.ts';

const killers: (() => void)[] = [];
afterEach(() => {
  for (const kill of killers.splice(0)) kill();
});

/** An agent whose time is told by the test. */
function agentWithTicks() {
  const alarms = new Map<() => void, number>();
  const ticks = {
    nowMs: () => 0,
    after(ms: number, callback: () => void) {
      alarms.set(callback, ms);
      return () => void alarms.delete(callback);
    },
  };
  const session = openSession();
  const accounts = systemAccounts();
  const owner = `${process.getuid?.()}`;
  const init = { incarnation: 1, createdAtMs: 1, accessToken: 't', env: {}, user: null, workdir: null, command: null };
  session.begin({ init, defaultUser: accounts.get(owner), workdir: '/', env: {} });
  const fifos = { take: async () => undefined, fill: () => undefined, discard: () => undefined };
  const deps = { session, accounts, ticks, fifos };
  const table = processTable(deps);
  killers.push(() => {
    for (const one of table.running()) table.signal(one, 'SIGKILL');
  });
  return { execs: execTable(deps, table), table, alarms };
}

test('the time of a command is counted in the ticks of the sandbox, and its end takes the alarm back', async () => {
  const { execs, alarms } = agentWithTicks();
  const slow = await execs.start(execBody({ command: ['sleep', '60'], timeoutSeconds: 2.5 }));
  expect([...alarms.values()]).toEqual([2_500]);
  for (const ring of alarms.keys()) ring();
  expect(await slow.process.live.ended).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  expect(viewOf(slow)).toMatchObject({ running: false, timedOut: true, signal: 'SIGKILL' });
  alarms.clear();
  const quick = await execs.start(execBody({ command: ['true'], timeoutSeconds: 60 }));
  await quick.process.live.ended;
  expect(alarms.size).toBe(0);
  expect(viewOf(quick)).toMatchObject({ timedOut: false, exitCode: 0 });
});

test('lets only the first of two commands have an execId', async () => {
  const { execs } = agentWithTicks();
  const both = await Promise.allSettled([
    execs.start(execBody({ command: ['true'], execId: 'one' })),
    execs.start(execBody({ command: ['true'], execId: 'one' })),
  ]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

test('an execId whose command could not be started is free again', async () => {
  const { execs } = agentWithTicks();
  await expect(execs.start(execBody({ command: ['/nope'], execId: 'one' }))).rejects.toThrow('/nope');
  expect(() => execs.get('one')).toThrow(expect.objectContaining({ code: 'not_found' }));
  await execs.start(execBody({ command: ['true'], execId: 'one' }));
});

test('a group that outlives its leader is still there to be ended with the sandbox', async () => {
  const { execs, table } = agentWithTicks();
  const left = await execs.start(execBody({ command: ['sh', '-c', 'sleep 60 >/dev/null 2>&1 &'] }));
  await left.process.live.ended;
  expect(table.running()).toEqual([]);
  expect(table.groups()).toEqual([left.process.live.pid]);
  expect(table.signal(left.process, 'SIGKILL')).toBe(true);
});
