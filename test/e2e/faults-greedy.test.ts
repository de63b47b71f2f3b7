import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

/** A command of another sandbox may take so long, on two cores of which the greedy one has one. */
const NEIGHBOUR_MS = 1_000;

let service: ServiceProcess;
let neighbour: Inside;
let greedy: Inside;

beforeAll(async () => {
  service = await startService();
  neighbour = await startInside(service);
}, 120_000);
afterAll(() => service?.dispose());
beforeEach(async () => {
  greedy = await startInside(service, { body: { autoPause: true } });
});
afterEach(async () => {
  await apiOf(service)('DELETE', `/v1/sandboxes/${greedy.id}?force=true`);
});

const viewOf = async ({ id }: Inside) => (await apiOf(service)('GET', `/v1/sandboxes/${id}`)).body;

/** The slowest of some commands in another sandbox, and of as many health checks of the service. */
async function slowestOthers(): Promise<{ readonly commandMs: number; readonly healthMs: number }> {
  let commandMs = 0;
  let healthMs = 0;
  for (let i = 0; i < 20; i++) {
    const beganMs = performance.now();
    expect(await neighbour.ask('echo well')).toBe('well');
    commandMs = Math.max(commandMs, performance.now() - beganMs);
    const askedMs = performance.now();
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    healthMs = Math.max(healthMs, performance.now() - askedMs);
  }
  return { commandMs, healthMs };
}

const expectOthersWell = async () => {
  const { commandMs, healthMs } = await slowestOthers();
  expect(commandMs).toBeLessThan(NEIGHBOUR_MS);
  expect(healthMs).toBeLessThan(NEIGHBOUR_MS);
};

describe('a fork bomb', () => {
  // A shell ends when it cannot fork, so that a bomb of shells starves itself: this one goes on.
  const BOMB = `python3 -c '
import os, time
while True:
    try: os.fork()
    except OSError: time.sleep(0.01)'`;

  it('stays within its sandbox: the service and another sandbox answer as ever, and a stop ends it', async () => {
    const bomb = greedy.run(BOMB).catch(() => undefined);
    await eventually('it has filled its processes', async () => {
      const seen = await greedy.run('echo').catch(() => ({ exitCode: 1, stderr: '' }));
      return seen.exitCode !== 0;
    });
    await expectOthersWell();
    const view = await viewOf(greedy);
    expect([view.state, view.reason]).toEqual(['running', null]);
    const stopped = await apiOf(service)('POST', `/v1/sandboxes/${greedy.id}/stop`, { body: { graceSeconds: 1 } });
    expect(stopped.status).toBe(200);
    expect(stopped.body.state).toBe('stopped');
    await bomb;
    const restarted = await apiOf(service)('POST', `/v1/sandboxes/${greedy.id}/restart`, { body: {} });
    expect(restarted.status).toBe(200);
    expect(await greedy.ask('echo back')).toBe('back');
  });
});

describe('a memory hog', () => {
  const MIB = 1024 * 1024;
  const expectSandboxWell = async () => {
    expect(await greedy.ask('cat /home/user/kept')).toBe('kept');
    expect(await viewOf(greedy)).toMatchObject({ state: 'running', incarnation: 1 });
  };

  it('is the first that the kernel takes, and the agent the last', async () => {
    const marks = await greedy.ask(`cat /proc/self/oom_score_adj; for p in /proc/[0-9]*; do
      case $(readlink $p/exe) in /opt/sandglass/*) cat $p/oom_score_adj ;; esac; done`);
    expect(marks.split('\n')).toEqual(['1000', '0']);
  });

  it('dies alone: its sandbox runs on, with what else runs in it', async () => {
    await greedy.ask('echo kept > /home/user/kept; (setsid sleep 300 & echo $! > /tmp/pid)');
    const hog = await greedy.run(`exec python3 -c "b = bytearray(900 * ${MIB}); print('full')"`);
    // As envd tells a killed one.
    expect(hog).toMatchObject({ exitCode: -1, stdout: '' });
    await expectSandboxWell();
    expect(await greedy.ask('kill -0 $(cat /tmp/pid) && echo alive')).toBe('alive');
    await expectOthersWell();
  });

  it('of many small processes dies too, and never takes the agent along', async () => {
    await greedy.ask('echo kept > /home/user/kept');
    const line = `python3 -c "import time; b = bytearray(20 * ${MIB}); time.sleep(2)"`;
    const herd = await greedy.run(`for i in $(seq 60); do ${line} & done; wait; echo over`);
    expect(herd.stdout + herd.stderr).toMatch(/over|Killed|fork/);
    await expectSandboxWell();
    await expectOthersWell();
  });
});
