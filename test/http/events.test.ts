import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { countedFeed } from '../support/counted-feed.ts';
import { type EventReader, eventReader } from '../support/event-reader.ts';
import { until } from '../support/live-store/real-clock.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;
let subscribed = 0;
const readers: EventReader[] = [];
const count = (by: number) => {
  subscribed += by;
};

beforeAll(async () => {
  service = await memoryService({
    http: { heartbeatMs: 30 },
    operations: ({ feed }) => ({ feed: countedFeed(feed, count) }),
  });
});
afterEach(() => Promise.all(readers.splice(0).map((reader) => reader.leave())));
afterAll(() => service.close());

async function watch(client: ApiClient, path: string, lastEventId?: string): Promise<EventReader> {
  const headers = lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } };
  const response = await client.send('GET', path, headers);
  expect(response.status).toBe(200);
  const reader = eventReader(response.body);
  readers.push(reader);
  return reader;
}

describe('200', () => {
  it('is a stream that no proxy holds back', async () => {
    const response = await service.alice.send('GET', '/v1/events');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    await response.body?.cancel();
  });

  it('tells each transition with the sandbox as right after it', async () => {
    const reader = await watch(service.alice, '/v1/events');
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    await service.alice.delete(`/v1/sandboxes/${id}`);
    const events = await reader.take(6);
    const states = ['pending', 'running', 'stopping', 'stopped', 'deleting', 'deleted'];
    expect(events.map(({ name }) => name)).toEqual(states.map((state) => `sandbox.${state}`));
    expect(events.map(({ data }) => data.state)).toEqual(states);
    expect(events.map(({ id: eventId, data }) => eventId === String(data.transition?.seq))).not.toContain(false);
    expect(events.map(({ data }) => data.transition?.number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events[2]?.data).toMatchObject({ id, transition: { event: 'STOP_REQUESTED', actor: service.alice.keyId } });
  });

  it('tells how far the image of a start is on its way, without an id', async () => {
    const image = 'registry.example/far:1';
    service.control.removeImage(image);
    const reader = await watch(service.admin, '/v1/events');
    const five = reader.take(5);
    await until('it listens', () => reader.comments() > 0);
    await service.admin.start({ image });
    const events = await five;
    const names = ['pending', 'pulling', 'pulling', 'pulling', 'running'].map((name) => `sandbox.${name}`);
    expect(events.map(({ name }) => name).sort()).toEqual([...names].sort());
    const pulls = events.filter(({ name }) => name === 'sandbox.pulling');
    expect(pulls.map(({ id, data }) => [id, data.transition, 'image' in data && data.pull])).toEqual(
      [
        { phase: 'resolving', currentBytes: 0, totalBytes: 0 },
        { phase: 'downloading', currentBytes: 0, totalBytes: 1_000 },
        { phase: 'done', currentBytes: 1_000, totalBytes: 1_000 },
      ].map((pull) => [null, null, pull]),
    );
  });

  it('resumes after Last-Event-ID, without a gap or a repeat, also of what was purged', async () => {
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    const first = await watch(service.alice, `/v1/sandboxes/${id}/events`, '0');
    const heard = await first.take(2);
    await first.leave();
    await service.alice.delete(`/v1/sandboxes/${id}`);
    const second = await watch(service.alice, `/v1/sandboxes/${id}/events`, heard[1]?.id ?? '');
    expect((await second.take(4)).map(({ data }) => data.transition?.number)).toEqual([3, 4, 5, 6]);
  });

  it('begins with now when no id is given', async () => {
    const { id } = await service.alice.start();
    const reader = await watch(service.alice, `/v1/sandboxes/${id}/events`);
    await service.alice.post(`/v1/sandboxes/${id}/pause`);
    expect((await reader.take(2)).map(({ name }) => name)).toEqual(['sandbox.pausing', 'sandbox.paused']);
  });

  it('follows one sandbox only where one is named', async () => {
    const { id } = await service.alice.start();
    const reader = await watch(service.alice, `/v1/sandboxes/${id}/events`);
    await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    expect((await reader.take(2)).map(({ data }) => data.id)).toEqual([id, id]);
  });

  it('tells a user of its own tenant alone, and an administrator of all', async () => {
    const hers = await watch(service.alice, '/v1/events');
    const all = await watch(service.admin, '/v1/events');
    const { id: theirs } = await service.bob.start();
    const { id: mine } = await service.alice.start();
    expect((await hers.take(2)).map(({ data }) => data.id)).toEqual([mine, mine]);
    expect((await all.take(4)).map(({ data }) => data.id)).toEqual([theirs, theirs, mine, mine]);
  });

  it('tells that a process was killed for memory while the sandbox lives on, without an id', async () => {
    const { id } = await service.alice.start();
    const reader = await watch(service.alice, `/v1/sandboxes/${id}/events`);
    const event = reader.next();
    await until('it is followed', () => subscribed > 0);
    service.control.oom(id);
    expect(await event).toMatchObject({
      id: null,
      name: 'sandbox.oom',
      data: { id, state: 'running', transition: null },
    });
  });

  it('sends comments while nothing happens', async () => {
    const { id } = await service.alice.start();
    const reader = await watch(service.alice, `/v1/sandboxes/${id}/events`);
    setTimeout(() => void service.alice.post(`/v1/sandboxes/${id}/stop`), 120);
    await reader.next();
    expect(reader.comments()).toBeGreaterThanOrEqual(2);
  });

  it('lets go of everything when its reader goes', async () => {
    await until('nobody else listens', () => subscribed === 0);
    const ways = [await watch(service.alice, '/v1/events'), await watch(service.admin, '/v1/events')];
    const asked = ways.map((reader) => reader.next().catch(() => undefined));
    await until('they are followed', () => subscribed === 2);
    await Promise.all(ways.map((reader) => reader.leave()));
    await Promise.all(asked);
    await until('nobody listens any more', () => subscribed === 0);
  });
});

describe('a reader who leaves with events still to come', () => {
  it('is let go of as well', async () => {
    const { id } = await service.alice.start();
    await service.alice.post(`/v1/sandboxes/${id}/stop`);
    const reader = await watch(service.alice, `/v1/sandboxes/${id}/events`, '0');
    await reader.next();
    await reader.leave();
    await until('nobody listens any more', () => subscribed === 0);
  });
});

describe('400', () => {
  it.each(['x', '-1', '1.5', '9'.repeat(16)])('refuses the Last-Event-ID %s', async (id) => {
    const reply = await service.alice.get('/v1/events', { headers: { 'last-event-id': id } });
    expect(reply.problem()).toMatchObject({ status: 400, errors: [{ path: 'Last-Event-ID' }] });
  });

  it('knows no parameter for it', async () => {
    expect((await service.alice.get('/v1/events?lastEventId=1')).problem().status).toBe(400);
  });
});

describe('404', () => {
  it('knows no sandbox of that id', async () => {
    expect((await service.alice.get('/v1/sandboxes/nosuch/events')).problem().code).toBe('sandbox_not_found');
  });
});
