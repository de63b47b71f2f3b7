import { afterEach, describe, expect, it } from 'vitest';
import { onStart } from '../../../src/compose/starts.ts';
import type { StartObservation } from '../../../src/operations/deps.ts';
import { eventually } from '../../support/api.ts';
import { recordingLog } from '../../support/live-store/recording-log.ts';
import { type MemoryService, memoryService } from '../../support/memory-service.ts';
import { testFloor } from '../../support/rows.ts';

let service: MemoryService;
afterEach(() => service.close());

async function withFloor(slots: number) {
  const log = recordingLog();
  const observed: StartObservation[] = [];
  const tell = onStart({ onStart: (report) => void observed.push(report as StartObservation) }, log);
  const floors = slots === 0 ? [] : [testFloor(slots)];
  service = await memoryService({ floors, operations: () => ({ onStart: tell }) });
  await service.pool.begin();
  await eventually('the floor is warm', async () => service.pool.idle().length === slots);
  const lines = () =>
    log.lines
      .filter(({ event }) => event === 'sandbox.start')
      .map(({ level, text }) => ({ level, ...JSON.parse(text.slice(text.indexOf('{'))) }));
  return { lines, observed };
}

describe('a create', () => {
  it('is one line at debug: every stage of service and agent, whose sum without the agent is the whole', async () => {
    const { lines } = await withFloor(1);
    await service.alice.start();
    const [line, ...others] = lines();
    expect(others).toEqual([]);
    expect(line).toMatchObject({ level: 'debug', path: 'warm', mode: 'strong', outcome: 'success' });
    expect(Object.keys(line.stages)).toEqual(['placement', 'claim', 'ready', 'commit', 'agent']);
    const { agent: _agent, ...stages } = line.stages as Record<string, number>;
    const sum = Object.values(stages).reduce((all, ms) => all + ms, 0);
    expect(Math.abs(sum - line.durationMs)).toBeLessThan(0.1);
  });

  it('tells the agent in that line only: in no metric, no header and no view', async () => {
    const { observed } = await withFloor(1);
    const reply = await service.alice.post('/v1/sandboxes', {});
    expect(reply.headers.get('server-timing')).not.toContain('agent');
    expect(Object.keys(reply.view().start?.stages ?? {})).toEqual(['ready']);
    expect(Object.keys(observed[0]?.stages ?? {})).not.toContain('agent');
  });

  it('that makes its container tells the stages of that', async () => {
    const { lines } = await withFloor(0);
    await service.alice.start();
    const [line, ...others] = lines();
    expect([line.path, others]).toEqual(['cold', []]);
    expect(Object.keys(line.stages)).toEqual(['placement', 'create', 'start', 'ready', 'verify', 'commit', 'agent']);
  });

  it('that does not wait is one line as well, of what was done for its caller', async () => {
    const { lines } = await withFloor(1);
    const { id } = (await service.alice.post('/v1/sandboxes', { wait: false })).view();
    await service.alice.get(`/v1/sandboxes/${id}?wait=running`);
    const [line, ...others] = lines();
    expect([line.mode, line.outcome, others]).toEqual(['fast', 'unfinished', []]);
    expect(Object.keys(line.stages)).toEqual(['placement', 'claim', 'commit']);
  });

  it('that finds its sandbox stopped is one line, and one observation', async () => {
    const { lines, observed } = await withFloor(0);
    const { id } = await service.alice.start({ reuseKey: 'mine' });
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    await service.alice.post('/v1/sandboxes', { reuseKey: 'mine' });
    expect(lines().map(({ path }) => path)).toEqual(['cold', 'reuse']);
    expect(observed.map(({ path }) => path)).toEqual(['cold', 'reuse']);
  });
});
