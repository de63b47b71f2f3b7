import { describe, expect, it } from 'vitest';
import type { ApiClient, Reply } from '../../support/api-client.ts';
import { type MemoryService, memoryService } from '../../support/memory-service.ts';

/**
 * The table of contracts/e2b.md. `waits` is answered only after what is under way, with the number after it; `lost` is
 * stopped with its container gone, `doomed` stopping to be deleted.
 */
const table = `
            pending   running  pausing   paused  resuming  stopping  stopped  lost  doomed  deleting  deleted  unknown
  list      running   running  paused    paused  running   paused    paused   -     -       -         -        -
  info      running   running  paused    paused  running   paused    paused   404   404     404       404      404
  connect   waits200  200      waits201  201     waits200  waits201  201      404   404     404       404      404
  connect1  waits200  200      waits201  201     waits200  waits201  201      404   404     404       404      404
  reboot    waits200  200      waits201  201     waits200  waits201  201      404   404     404       404      404
  resume    409       409      waits201  201     409       waits201  201      404   404     404       404      404
  pause     409       204      409       409     409       409       409      404   404     404       404      404
  stop      409       204      409       409     409       409       409      404   404     404       404      404
  kill      waits204  204      waits204  204     waits204  waits204  204      404   404     404       404      404
  timeout   204       204      409       409     204       409       409      404   404     404       404      404
  refresh   204       204      409       409     204       409       409      404   404     404       404      404
  metrics   200       200      200       200     200       200       200      404   404     404       404      404
  logs      200       200      200       200     200       200       200      404   404     404       404      404
`;

const [situations = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/));
const cells = rows.flatMap(([call = '', ...expected]) =>
  expected.map((answer, place) => ({ call, situation: situations[place] ?? '', answer })),
);

const at = '/sandboxes/it';
const calls: Readonly<Record<string, (client: ApiClient) => Promise<Reply>>> = {
  list: (client) => client.get('/v2/sandboxes'),
  info: (client) => client.get(at),
  connect: (client) => client.post(`/v2${at}/connect`),
  connect1: (client) => client.post(`${at}/connect`, { timeout: 60 }),
  reboot: (client) => client.post(`/v2${at}/connect`, { memory: false }),
  resume: (client) => client.post(`${at}/resume`, { timeout: 60, autoPause: true }),
  pause: (client) => client.post(`${at}/pause`, {}),
  stop: (client) => client.post(`${at}/pause`, { memory: false }),
  kill: (client) => client.delete(at),
  timeout: (client) => client.post(`${at}/timeout`, { timeout: 5 }),
  refresh: (client) => client.post(`${at}/refreshes`, { duration: 60 }),
  metrics: (client) => client.get(`${at}/metrics`),
  logs: (client) => client.get(`${at}/logs`),
};
const endsAs: Readonly<Record<string, string>> = {
  connect: 'running',
  connect1: 'running',
  reboot: 'running',
  resume: 'running',
  pause: 'paused',
  stop: 'stopped',
  kill: 'deleted',
};

const NOT_AWAITED = { wait: false };

/** Brings a sandbox there and holds it there; the answer lets it go on. */
async function reach({ alice, control }: MemoryService, situation: string): Promise<() => void> {
  const own = '/v1/sandboxes/it';
  const hold = async (engineCall: Parameters<typeof control.hangNext>[0], call: () => Promise<Reply>) => {
    const release = control.hangNext(engineCall);
    expect((await call()).status).toBe(202);
    return release;
  };
  if (situation === 'unknown') return () => {};
  if (situation === 'pending') {
    return hold('create', () => alice.post('/v1/sandboxes', { id: 'it', ...NOT_AWAITED }));
  }
  await alice.start({ id: 'it' });
  if (situation === 'pausing') return hold('pause', () => alice.post(`${own}/pause`, NOT_AWAITED));
  if (situation === 'stopping') return hold('stop', () => alice.post(`${own}/stop`, NOT_AWAITED));
  if (situation === 'doomed') return hold('kill', () => alice.delete(`${own}?force=true&wait=false`));
  if (['paused', 'resuming'].includes(situation)) await alice.post(`${own}/pause`);
  if (situation === 'resuming') return hold('unpause', () => alice.post(`${own}/resume`, NOT_AWAITED));
  if (['stopped', 'lost', 'deleting', 'deleted'].includes(situation)) await alice.post(`${own}/stop`);
  if (situation === 'lost') {
    control.removeOutside('it');
    expect((await alice.get(`${own}/history`)).status).toBe(200);
  }
  if (situation === 'deleting') return hold('remove', () => alice.delete(`${own}?wait=false`));
  if (situation === 'deleted') await alice.delete(own);
  return () => {};
}

async function checkCell(service: MemoryService, call: string, situation: string, answer: string): Promise<void> {
  const letGo = await reach(service, situation);
  if (situation === 'lost') {
    await expect.poll(async () => (await service.store.find('it'))?.reason?.code).toBe('container_lost');
  }
  let isAnswered = false;
  const asked = (calls[call] ?? expect.fail(call))(service.alice).then((reply) => {
    isAnswered = true;
    return reply;
  });
  const waits = answer.startsWith('waits');
  if (waits) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isAnswered, 'answered before the work ended').toBe(false);
    letGo();
  }
  const reply = await asked;
  if (call === 'list') {
    expect(reply.json).toEqual(answer === '-' ? [] : [expect.objectContaining({ sandboxID: 'it', state: answer })]);
  } else if (answer === 'running' || answer === 'paused') {
    expect([reply.status, reply.json]).toMatchObject([200, { state: answer }]);
  } else {
    const status = Number(answer.replace('waits', ''));
    expect(reply.status, reply.text).toBe(status);
    if (status >= 400) expect(reply.json).toEqual({ code: status, message: expect.any(String) });
    const end = endsAs[call];
    if (status < 300 && end !== undefined) expect((await service.store.find('it'))?.state).toBe(end);
  }
  letGo();
}

describe('what each E2B call answers in each state', () => {
  it.concurrent.each(cells)('$call when $situation: $answer', async ({ call, situation, answer }) => {
    const service = await memoryService();
    try {
      await checkCell(service, call, situation, answer);
    } finally {
      await service.close();
    }
  });
});
