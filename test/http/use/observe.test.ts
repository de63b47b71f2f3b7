import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logLineSchema } from '../../../src/contract/logs.ts';
import { metricsSchema } from '../../../src/contract/metrics.ts';
import { processListSchema } from '../../../src/contract/processes.ts';
import { type UseService, useService } from '../../support/use-service.ts';

let service: UseService;
beforeAll(async () => {
  service = await useService();
}, 30_000);
afterAll(() => service.close());

describe('GET /v1/sandboxes/{id}/logs', () => {
  it('tells the last lines, of a stopped sandbox too', async () => {
    const { id } = await service.alice.start();
    service.control.print(id, 'one\ntwo\nthree\n');
    const text = async () => (await service.alice.send('GET', `/v1/sandboxes/${id}/logs?tail=2`)).text();
    expect(await text()).toBe('two\nthree\n');
    await service.alice.post(`/v1/sandboxes/${id}/stop`, {});
    expect(await text()).toBe('two\nthree\n');
  });

  it('follows until the sandbox stops, a line per event', async () => {
    const { id } = await service.alice.start();
    service.control.print(id, 'before\n');
    const init = { headers: { accept: 'application/x-ndjson' } };
    const response = await service.alice.send('GET', `/v1/sandboxes/${id}/logs?follow=true`, init);
    service.control.print(id, 'after\n');
    await service.alice.post(`/v1/sandboxes/${id}/stop`, {});
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    const parsed = lines.map((line) => logLineSchema.strict().parse(JSON.parse(line)));
    expect(parsed.map(({ text }) => text)).toEqual(['before', 'after']);
  });

  it('is no activity', async () => {
    const { id } = await service.alice.start();
    await service.alice.send('GET', `/v1/sandboxes/${id}/logs`).then((response) => response.text());
    await service.alice.get(`/v1/sandboxes/${id}/processes`);
    await service.alice.get(`/v1/sandboxes/${id}/metrics`);
    expect(service.touched).not.toContain(id);
  });
});

it('tells the processes inside', async () => {
  const { id } = await service.alice.start();
  const reply = await service.alice.get(`/v1/sandboxes/${id}/processes`);
  expect(processListSchema.parse(reply.json).items.length).toBeGreaterThan(0);
});

it('tells that nothing was measured yet', async () => {
  const { id } = await service.alice.start();
  const reply = await service.alice.get(`/v1/sandboxes/${id}/metrics`);
  expect(metricsSchema.parse(reply.json)).toEqual({ id, state: 'running', latest: null, history: [] });
  const detailed = await service.alice.get(`/v1/sandboxes/${id}/metrics?detail=true`);
  expect(metricsSchema.parse(detailed.json)).toMatchObject({ latest: null, detail: null });
  expect((await service.alice.get(`/v1/sandboxes/${id}/metrics?detail=maybe`)).status).toBe(400);
});
