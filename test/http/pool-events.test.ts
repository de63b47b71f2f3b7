import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import type { ApiClient } from '../support/api-client.ts';
import { countedFeed } from '../support/counted-feed.ts';
import { type EventReader, eventReader, wholeEventReader } from '../support/event-reader.ts';
import { recordingLog } from '../support/live-store/recording-log.ts';
import { type MemoryService, type MemoryServiceOptions, memoryService } from '../support/memory-service.ts';
import { testFloor } from '../support/rows.ts';

let service: MemoryService;
let subscribed = 0;
const count = (by: number) => {
  subscribed += by;
};
const log = recordingLog();
const readers: Pick<EventReader, 'leave'>[] = [];
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.leave()));
  await service.close();
});

async function withFloor(slots: number): Promise<void> {
  const counted: MemoryServiceOptions['operations'] = ({ feed }) => ({ feed: countedFeed(feed, count) });
  service = await memoryService({ floors: [testFloor(slots)], log, operations: counted });
  await service.pool.begin();
  await eventually('the floor is warm', async () => service.pool.idle().length === slots);
}

async function bodyOf(client: ApiClient, path: string, lastEventId?: number) {
  const headers = lastEventId === undefined ? {} : { headers: { 'last-event-id': String(lastEventId) } };
  return (await client.send('GET', path, headers)).body;
}

const followed = (streams: number) => eventually('they are followed', async () => subscribed === streams);

function reading<R extends Pick<EventReader, 'leave'>>(reader: R): R {
  readers.push(reader);
  return reader;
}

describe('an administrator on /v1/events', () => {
  it('is told of claims, misses and tiers beside the sandboxes, without an id and without the slot', async () => {
    await withFloor(1);
    const [slot] = service.pool.idle();
    const reader = reading(wholeEventReader(await bodyOf(service.admin, '/v1/events')));
    const read = reader.take(6);
    await followed(1);
    await service.alice.start();
    await service.alice.start({ network: { internet: false } });
    const events = await read;
    const ofPool = events.filter(({ name }) => name.startsWith('pool.'));
    expect(ofPool).toMatchObject([
      { id: null, name: 'pool.claimed', data: { tier: 'permanent', durationMs: expect.any(Number) } },
      { id: null, name: 'pool.missed', data: { tier: 'cold', durationMs: expect.any(Number) } },
    ]);
    const [claimed] = ofPool;
    expect(claimed?.data).toEqual({
      signature: service.pool.status().signatures[0]?.signature,
      tier: 'permanent',
      durationMs: expect.any(Number),
    });
    expect(JSON.stringify(ofPool)).not.toContain(slot?.id);
  });

  it('is told what had to be made good, also where no sandbox changed its state', async () => {
    await withFloor(0);
    const { id = '' } = await service.alice.start();
    const hers = reading(wholeEventReader(await bodyOf(service.alice, '/v1/events')));
    const all = reading(wholeEventReader(await bodyOf(service.admin, '/v1/events')));
    const [read, seen] = [hers.take(1), all.take(2)];
    await followed(2);
    service.control.pauseOutside(id);
    await service.lifecycle.pass();
    await service.alice.start();
    expect((await seen)[0]).toEqual({
      ...{ id: null, name: 'reconcile.corrected', data: { kind: 'frozen_outside', sandboxId: id } },
    });
    expect((await read).map(({ name }) => name)).toEqual(['sandbox.pending']);
  });

  it('is not told again what happened in the pool before', async () => {
    await withFloor(1);
    await service.alice.start();
    const reader = reading(wholeEventReader(await bodyOf(service.admin, '/v1/events', 0)));
    expect((await reader.take(2)).map(({ name }) => name)).toEqual(['sandbox.pending', 'sandbox.running']);
    const { json } = await service.admin.get('/v1/sandboxes');
    const [{ id = '' } = {}] = (json as { items: { id?: string }[] }).items;
    const history = await service.admin.get(`/v1/sandboxes/${id}/history`);
    expect(history.text).not.toContain('pool.');
  });

  it('hears of one sandbox alone where one is named', async () => {
    await withFloor(1);
    const { id } = await service.alice.start();
    const reader = reading(eventReader(await bodyOf(service.admin, `/v1/sandboxes/${id}/events`)));
    const read = reader.take(2);
    await followed(1);
    await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    expect((await read).map(({ name }) => name)).toEqual(['sandbox.stopping', 'sandbox.stopped']);
  });
});

describe('a user on /v1/events', () => {
  it('is never told what happens in the pool, also by its own starts', async () => {
    await withFloor(1);
    const hers = reading(wholeEventReader(await bodyOf(service.alice, '/v1/events')));
    const all = reading(wholeEventReader(await bodyOf(service.admin, '/v1/events')));
    const read = hers.take(6);
    const seen = all.take(6);
    await followed(2);
    for (let start = 0; start < 3; start += 1) await service.alice.start();
    const names = (await read).map(({ name }) => name);
    expect(names).toEqual(
      ['pending', 'running', 'pending', 'running', 'pending', 'running'].map((at) => `sandbox.${at}`),
    );
    expect((await seen).map(({ name }) => name)).toContain('pool.claimed');
  });
});

describe('the log', () => {
  it('has one line at info for each claim: outcome, tier, signature, duration, and no id', async () => {
    await withFloor(1);
    const before = log.events('info').length;
    const [slot] = service.pool.idle();
    await service.alice.start();
    await service.alice.start({ network: { internet: false } });
    const lines = log.lines.filter(({ level }) => level === 'info').slice(before);
    const claims = lines.filter(({ event }) => event === 'pool.claim').map(({ text }) => text);
    expect(claims).toHaveLength(2);
    expect(claims[0]).toMatch(/"outcome":"hit","signature":"[0-9a-f]{8}","tier":"permanent","durationMs":[\d.]+}$/);
    expect(claims[1]).toMatch(/"outcome":"miss",.*"tier":"cold"/);
    expect(claims.join()).not.toContain(slot?.id);
  });
});
