import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { type Dashboard, signedIn } from '../support/browser/dashboard.ts';
import { browserLacks, openBrowser } from '../support/dataplane/browser.ts';
import { containerOf, engine, serviceIdOf } from '../support/engine.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const lacks = browserLacks();

describe.skipIf(lacks !== undefined)('the dashboard of an operator', () => {
  let service: ServiceProcess;
  let browser: Browser;
  let api: Api;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService({ SANDGLASS_POOL: 'base=1' }), openBrowser()]);
    api = apiOf(service);
    await eventually('the pool is warm', async () => (await api('GET', '/readyz')).status === 200, 60_000);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  const started = async (body: object = {}): Promise<string> => {
    const { status, body: view } = await api('POST', '/v1/sandboxes', { body });
    expect(status).toBe(201);
    return view.id;
  };
  const operation = ({ page }: Dashboard, id: string, verb: string, outcome: string) =>
    page.locator(`[data-operation="${verb}"][data-outcome=${outcome}]`, { hasText: id }).waitFor();
  const happening = ({ page }: Dashboard, text: string) =>
    page.locator('.happenings li', { hasText: text }).first().waitFor();

  it('lists operations from before it was opened and those that come, with their outcome', async () => {
    const before = await started();
    const dashboard = await signedIn(browser, service);
    await dashboard.goTo('/activity');
    await operation(dashboard, before, 'start', 'done');
    const after = await started();
    expect((await api('POST', `/v1/sandboxes/${after}/pause`, { body: {} })).status).toBe(200);
    await operation(dashboard, after, 'pause', 'done');
    const { body: problem } = await api('POST', '/v1/sandboxes', {
      body: { id: 'broken', command: ['/no/such/program'] },
    });
    expect(problem.code).toBe('start_failed');
    await operation(dashboard, 'broken', 'start', 'failed');
    await dashboard.goTo('/activity/errors');
    await happening(dashboard, 'broken');
    expect(dashboard.troubles).toEqual([]);
  });

  it('tells what deadlines did, what the pool gave, and what had to be made good', async () => {
    const dashboard = await signedIn(browser, service);
    await dashboard.goTo('/activity/janitor');
    const brief = await started({ lifetime: { timeoutSeconds: 1 } });
    await happening(dashboard, brief);
    await dashboard.goTo('/activity/pool');
    await happening(dashboard, 'pool claimed');
    const lost = await started({ id: 'lostone' });
    expect((await api('POST', `/v1/sandboxes/${lost}/stop`, { body: {} })).status).toBe(200);
    const container = await containerOf(serviceIdOf(service.dataDir), lost);
    await engine.getContainer(String(container?.Id)).remove({ force: true });
    await dashboard.goTo('/activity/corrections');
    await happening(dashboard, 'container lost lostone');
    const frozen = await started({ id: 'frozen' });
    await engine.getContainer(String((await containerOf(serviceIdOf(service.dataDir), frozen))?.Id)).pause();
    await happening(dashboard, 'frozen outside frozen');
  });

  it('draws the memory of the host as the service kept it, and tells what everybody asked for', async () => {
    await api('GET', '/v1/sandboxes/nobody-at-all');
    const { page, goTo } = await signedIn(browser, service);
    await goTo('/activity/requests');
    await page.getByRole('img', { name: /^Host memory: in use [\d.]+ (MiB|GiB), reserved by sandboxes/ }).waitFor();
    await page.getByRole('row', { name: /GET \/v1\/capacity [1-9]/ }).waitFor();
    await page.getByRole('row', { name: /GET \/v1\/sandboxes\/\{id\} [1-9]\d* [1-9]/ }).waitFor();
  });

  it('shows warm containers, the engine, the room on it and the templates', async () => {
    await started();
    const { page, goTo } = await signedIn(browser, service);
    await goTo('/pool');
    await page.getByRole('row', { name: /^base .* permanent .* of 1/ }).waitFor();
    await goTo('/engines');
    await page.getByText('reachable').first().waitFor();
    await page.getByText('The next start would not wait.').waitFor();
    await page.getByRole('link', { name: 'base' }).click();
    await eventually('the template is chosen', async () => (await page.getByLabel('Template').inputValue()) === 'base');
  });
});
