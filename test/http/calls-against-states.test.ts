import { describe, expect, it } from 'vitest';
import { workingStates } from '../../src/domain/decide.ts';
import type { ApiClient, Reply } from '../support/api-client.ts';
import { until } from '../support/live-store/real-clock.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

/**
 * The table of design/lifecycle.md, `pending` apart for the first start and for a restart. `accept` writes an event and
 * ends well, `join` waits for what is under way and gets its answer, `kill` is a join that brings the kill forward; a
 * number is answered at once and moves nothing.
 */
const table = `
            pending  again    running  pausing  paused   resuming stopping stopped  deleting deleted
  stop      accept   accept   accept   accept   accept   accept   join     200      409      410
  restart   409      join     409      409      409      409      409      accept   409      410
  pause     409      409      accept   join     200      409      409      409      409      410
  resume    409      409      200      409      accept   join     409      409      409      410
  delete    409      409      409      409      409      409      409      accept   join     204
  force     accept   accept   accept   accept   accept   accept   kill     accept   join     204
  patch     200      200      200      200      200      200      409      200      409      410
  start     409      409      409      409      409      409      409      409      409      409
`;

const [situations = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/));
const cells = rows.flatMap(([call = '', ...expected]) =>
  expected.map((answer, place) => ({ call, situation: situations[place] ?? '', answer })),
);

type Cell = (typeof cells)[number];

const calls: Readonly<Record<string, (client: ApiClient) => Promise<Reply>>> = {
  stop: (client) => client.post('/v1/sandboxes/it/stop'),
  restart: (client) => client.post('/v1/sandboxes/it/restart'),
  pause: (client) => client.post('/v1/sandboxes/it/pause'),
  resume: (client) => client.post('/v1/sandboxes/it/resume'),
  delete: (client) => client.delete('/v1/sandboxes/it'),
  force: (client) => client.delete('/v1/sandboxes/it?force=true'),
  patch: (client) => client.patch('/v1/sandboxes/it', { labels: { seen: 'yes' } }),
  start: (client) => client.post('/v1/sandboxes', { id: 'it' }),
};

/** What each call answers when it is carried through. */
const carriedThrough: Readonly<Record<string, { readonly status: number; readonly state: string }>> = {
  stop: { status: 200, state: 'stopped' },
  restart: { status: 200, state: 'running' },
  pause: { status: 200, state: 'paused' },
  resume: { status: 200, state: 'running' },
  delete: { status: 204, state: 'deleted' },
  force: { status: 204, state: 'deleted' },
};

const eventOf: Readonly<Record<string, string>> = {
  stop: 'STOP_REQUESTED',
  restart: 'RESTART_REQUESTED',
  pause: 'PAUSE_REQUESTED',
  resume: 'RESUME_REQUESTED',
  delete: 'DELETE_REQUESTED',
  force: 'DELETE_REQUESTED',
};

const NOT_AWAITED = { wait: false };

const stateOf = (situation: string) => (situation === 'again' ? 'pending' : situation);
const isWorking = (situation: string) => workingStates.some((state) => state === stateOf(situation));

function ask(client: ApiClient, call: string): Promise<Reply> {
  return calls[call]?.(client) ?? expect.fail(`no call ${call}`);
}

/** Brings a sandbox there and holds it there; the answer lets it go on. */
async function reach({ alice, control }: MemoryService, situation: string): Promise<() => void> {
  const at = '/v1/sandboxes/it';
  const hold = async (engineCall: Parameters<typeof control.hangNext>[0], call: () => Promise<Reply>) => {
    const release = control.hangNext(engineCall);
    expect((await call()).status).toBe(202);
    return release;
  };
  if (situation === 'pending') {
    return hold('create', () => alice.post('/v1/sandboxes', { id: 'it', ...NOT_AWAITED }));
  }
  await alice.start({ id: 'it' });
  if (situation === 'pausing') return hold('pause', () => alice.post(`${at}/pause`, NOT_AWAITED));
  if (situation === 'stopping') return hold('stop', () => alice.post(`${at}/stop`, NOT_AWAITED));
  if (['paused', 'resuming'].includes(situation)) await alice.post(`${at}/pause`);
  if (situation === 'resuming') return hold('unpause', () => alice.post(`${at}/resume`, NOT_AWAITED));
  if (['again', 'stopped', 'deleting', 'deleted'].includes(situation)) await alice.post(`${at}/stop`);
  if (situation === 'again') return hold('start', () => alice.post(`${at}/restart`, NOT_AWAITED));
  if (situation === 'deleting') return hold('remove', () => alice.delete(`${at}?wait=false`));
  if (situation === 'deleted') await alice.delete(at);
  return () => {};
}

async function eventNames({ store }: MemoryService): Promise<readonly string[]> {
  return (await store.history('it', 0, 100)).map(({ event }) => event);
}

/** The call must wait for what is held; then it ends as if it had been alone. */
async function carryThrough(service: MemoryService, cell: Cell, letGo: () => void): Promise<Reply> {
  const { call, answer } = cell;
  let isAnswered = false;
  const asked = ask(service.alice, call).then((reply) => {
    isAnswered = true;
    return reply;
  });
  const isHeard = async () => {
    if (answer === 'kill') return service.control.count('kill') === 1;
    return answer === 'join' || (await eventNames(service)).includes(eventOf[call] ?? '');
  };
  await until(`${call} is heard`, isHeard);
  if (isWorking(cell.situation)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isAnswered, 'answered before the work ended').toBe(false);
  }
  letGo();
  return asked;
}

async function checkCell(service: MemoryService, cell: Cell): Promise<void> {
  const { call, situation, answer } = cell;
  const letGo = await reach(service, situation);
  const state = stateOf(situation);
  const before = await service.store.find('it');
  const eventsBefore = await eventNames(service);
  expect(before?.state).toBe(state);

  if (answer === 'accept' || answer === 'join' || answer === 'kill') {
    const reply = await carryThrough(service, cell, letGo);
    const wanted = carriedThrough[call] ?? expect.fail(call);
    expect(reply.status, reply.text).toBe(wanted.status);
    expect((await service.store.find('it'))?.state).toBe(wanted.state);
    const added = (await eventNames(service)).slice(eventsBefore.length);
    const own = added.filter((event) => event === eventOf[call]);
    expect(own, `events of its own, of ${added}`).toHaveLength(answer === 'join' ? 0 : 1);
    expect(service.control.count('kill')).toBe(answer === 'kill' ? 1 : 0);
    return;
  }
  const reply = await ask(service.alice, call);
  expect(reply.status, reply.text).toBe(Number(answer));
  const after = await service.store.find('it');
  expect(after?.version).toBe((before?.version ?? 0) + (call === 'patch' && answer === '200' ? 1 : 0));
  expect(await eventNames(service)).toEqual(eventsBefore);
  if (reply.status === 200) expect(reply.view().state).toBe(state);
  if (reply.status === 410) expect(reply.problem().code).toBe('gone');
  if (reply.status === 409 && call !== 'start') {
    expect(reply.problem()).toMatchObject({ code: 'conflict', state, accepts: expect.any(Array) });
    expect(reply.headers.get('retry-after')).toBe(isWorking(situation) ? '1' : null);
  }
  letGo();
}

describe('what each call answers in each state', () => {
  it.concurrent.each(cells)('$call when $situation: $answer', async (cell) => {
    const service = await memoryService();
    try {
      await checkCell(service, cell);
    } finally {
      await service.close();
    }
  });

  it('is told as the table says of hints and of what is accepted', async () => {
    const service = await memoryService();
    await service.alice.start({ id: 'it' });
    const live = (await service.alice.delete('/v1/sandboxes/it')).problem();
    expect(live).toMatchObject({
      accepts: ['stop', 'pause', 'delete?force=true'],
      hint: expect.stringMatching(/force/),
    });
    await service.alice.post('/v1/sandboxes/it/stop');
    const stopped = await service.alice.post('/v1/sandboxes/it/resume');
    expect(stopped.problem()).toMatchObject({
      hint: expect.stringMatching(/restart/),
      accepts: ['restart', 'delete', 'delete?force=true'],
    });
    await service.close();
  });
});
