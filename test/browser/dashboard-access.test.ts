import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { openDashboard, signedIn } from '../support/browser/dashboard.ts';
import { browserLacks, openBrowser } from '../support/dataplane/browser.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const lacks = browserLacks();
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Each page of the dashboard, and what is there when it has been drawn. */
const PAGES: readonly (readonly [string, string])[] = [
  ['/sandboxes', 'tr[data-id=accessible]'],
  ['/sandboxes?q=nothing-has-this', '.empty'],
  ['/sandboxes/accessible', '.timeline li'],
  ['/sandboxes/accessible/terminal', '.xterm-rows'],
  ['/sandboxes/accessible/files', '.file-rows'],
  ['/sandboxes/accessible/logs', '.log-row'],
  ['/sandboxes/accessible/processes', 'table.plain'],
  ['/sandboxes/ended', '.timeline li'],
  ['/activity', '[data-operation]'],
  ['/activity/errors', '.page'],
  ['/activity/requests', 'table.plain'],
  ['/pool', '.page-head'],
  ['/engines', '.gauges'],
  ['/start', 'fieldset'],
];

describe.skipIf(lacks !== undefined)('the dashboard for everybody', () => {
  let service: ServiceProcess;
  let browser: Browser;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService({ SANDGLASS_POOL: 'base=1' }), openBrowser()]);
    const api = apiOf(service);
    const command = ['bash', '-c', 'echo words; echo warnings >&2; sleep 1000'];
    const body = { id: 'accessible', labels: { project: 'demo' }, command };
    expect((await api('POST', '/v1/sandboxes', { body })).status).toBe(201);
    expect((await api('POST', '/v1/sandboxes', { body: { id: 'ended' } })).status).toBe(201);
    expect((await api('POST', '/v1/sandboxes/ended/stop', { body: {} })).status).toBe(200);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  it.each(['light', 'dark'] as const)('has no serious violation that axe finds on any page, %s', async (scheme) => {
    const out = await openDashboard(browser, service, { scheme });
    expect(await violations(out.page), 'login').toEqual([]);
    const { page, goTo, troubles } = await signedIn(browser, service, { scheme });
    for (const [path, drawn] of PAGES) {
      await goTo(path);
      await page.locator(drawn).first().waitFor();
      expect(await violations(page), path).toEqual([]);
    }
    await goTo('/sandboxes/accessible');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    expect(await violations(page), 'question').toEqual([]);
    expect(troubles).toEqual([]);
  });

  it('fits a phone: no page is wider than it, and what matters is there', async () => {
    const { page, goTo } = await signedIn(browser, service, { widthPx: 360, heightPx: 740 });
    for (const [path, drawn] of PAGES) {
      await goTo(path);
      await page.locator(drawn).first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(360);
      expect(await page.evaluate('document.querySelector("main").scrollWidth'), path).toBeLessThanOrEqual(360);
    }
    await goTo('/sandboxes');
    await page.locator('tr[data-id=accessible] .clock').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('tr[data-id=accessible] a').click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  });

  it('follows the theme of the system, and the one that is chosen', async () => {
    const { page } = await signedIn(browser, service, { scheme: 'dark' });
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const dark = await background();
    await page.getByRole('button', { name: 'Theme: system', exact: true }).click();
    await page.getByRole('button', { name: 'Theme: light', exact: true }).waitFor();
    const light = await background();
    expect(light).not.toBe(dark);
    await page.reload();
    expect(await background()).toBe(light);
    await page.getByRole('button', { name: 'Theme: light', exact: true }).click();
    expect(await background()).toBe(dark);
  });

  it('loads less than 300 KB for its first page, nothing of it from elsewhere', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(service.url, { waitUntil: 'networkidle' });
    await page.getByLabel('API key').waitFor();
    expect(urls.filter((url) => !url.startsWith(service.url))).toEqual([]);
    expect(urls.length).toBeGreaterThanOrEqual(3);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(300_000);
  });
});

/** What axe calls serious or critical, with where it is. The policy of the page keeps it from being a script of the page. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate<AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
