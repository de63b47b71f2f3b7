import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { isLive, rowsAre, screenText, signedIn } from '../support/browser/dashboard.ts';
import { browserLacks, openBrowser } from '../support/dataplane/browser.ts';
import { containerOf, engine, serviceIdOf } from '../support/engine.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const lacks = browserLacks();

describe.skipIf(lacks !== undefined)('the dashboard while things break', () => {
  let service: ServiceProcess;
  let browser: Browser;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService(), openBrowser()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  it('tells why a sandbox died while its page was open', async () => {
    const body = {
      id: 'dies',
      command: ['bash', '-c', 'until [ -f /tmp/now ]; do sleep 0.1; done; echo last words; exit 9'],
    };
    expect((await apiOf(service)('POST', '/v1/sandboxes', { body })).status).toBe(201);
    const { page, goTo, troubles } = await signedIn(browser, service);
    await goTo('/sandboxes/dies');
    await page.locator('.page-head [data-state=running]').waitFor();
    await apiOf(service)('PUT', '/v1/sandboxes/dies/files?path=/tmp/now', {
      headers: { 'content-type': 'application/octet-stream' },
    });
    await page.locator('.page-head [data-state=stopped]').waitFor();
    await page.locator('.timeline').getByText('crashed').first().waitFor();
    await page.locator('.log-tail pre').getByText('last words').waitFor();
    await page.getByText('by itself with code 9').first().waitFor();
    await page.getByRole('button', { name: 'Restart', exact: true }).waitFor();
    await goTo('/activity/errors');
    await page.locator('.happenings').getByText('crashed').first().waitFor();
    expect(troubles).toEqual([]);
  });

  it('says in the terminal that its sandbox was killed', async () => {
    expect((await apiOf(service)('POST', '/v1/sandboxes', { body: { id: 'killed' } })).status).toBe(201);
    const { page, goTo } = await signedIn(browser, service);
    await goTo('/sandboxes/killed/terminal');
    await eventually('a prompt is there', async () => (await screenText(page)).includes('$'), 20_000);
    const container = await containerOf(serviceIdOf(service.dataDir), 'killed');
    await engine.getContainer(String(container?.Id)).kill();
    await page.getByText('It is stopped: a terminal needs it running.').waitFor();
  });

  it('goes on by itself after the service was killed and started again', async () => {
    const api = apiOf(service);
    expect((await api('POST', '/v1/sandboxes', { body: { id: 'lasting' } })).status).toBe(201);
    const port = new URL(service.url).port;
    const { page, troubles } = await signedIn(browser, service);
    await page.locator('tr[data-id=lasting] [data-state=running]').waitFor();
    await service.kill();
    await page.locator('[data-feed=lost]').waitFor();
    service = await service.again({ SANDGLASS_PORT: port });
    await isLive(page);
    expect((await apiOf(service)('POST', '/v1/sandboxes', { body: { id: 'afterwards' } })).status).toBe(201);
    await page.locator('tr[data-id=afterwards] [data-state=running]').waitFor();
    expect((await apiOf(service)('POST', '/v1/sandboxes/lasting/stop', { body: {} })).status).toBe(200);
    await page.locator('tr[data-id=lasting] [data-state=stopped]').waitFor();
    await rowsAre(page, ['dies', 'killed', 'lasting', 'afterwards']);
    expect(troubles).toEqual([]);
  });
});
