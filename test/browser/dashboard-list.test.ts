import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { isLive, openDashboard, rowsAre, shownIds, signedIn } from '../support/browser/dashboard.ts';
import { browserLacks, openBrowser } from '../support/dataplane/browser.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const lacks = browserLacks();

describe.skipIf(lacks !== undefined)('the list of the dashboard', () => {
  let service: ServiceProcess;
  let browser: Browser;
  let api: Api;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService(), openBrowser()]);
    api = apiOf(service);
    for (const body of [
      { id: 'listone', labels: { project: 'crawler', stage: 'test' } },
      { id: 'listtwo', labels: { project: 'notebooks' } },
      { id: 'listthree', labels: { project: 'crawler' }, image: 'sandglass-base:latest' },
    ]) {
      const { status } = await api('POST', '/v1/sandboxes', { body });
      expect(status).toBe(201);
    }
    expect((await api('POST', '/v1/sandboxes/listtwo/stop', { body: {} })).status).toBe(200);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  it('asks for a key, says when it is wrong, and keeps a right one for the tab only', async () => {
    const { page, troubles } = await openDashboard(browser, service);
    await page.getByLabel('API key').fill(`e2b_${'0'.repeat(40)}`);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('API key').fill(service.adminKey);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await isLive(page);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(service.adminKey);
    await page.reload();
    await isLive(page);
    const other = await page.context().newPage();
    await other.goto(service.url);
    await other.getByLabel('API key').waitFor();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByLabel('API key').waitFor();
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain(service.adminKey);
    expect(troubles).toEqual([]);
  });

  it('sends the reader to the login when the key is revoked meanwhile', async () => {
    const { body: made } = await api('POST', '/v1/admin/keys', { body: { tenant: 'acme', name: 'short' } });
    const { page } = await signedIn(browser, service, { key: made.key });
    expect((await api('DELETE', `/v1/admin/keys/${made.id}`)).status).toBe(200);
    await page.getByRole('link', { name: 'Engines' }).click();
    await page.getByText('does not take this key any more').waitFor();
  });

  it('shows what starts, stops and goes while it is looked at', async () => {
    const { page, troubles } = await signedIn(browser, service);
    await rowsAre(page, ['listone', 'listtwo', 'listthree']);
    expect((await api('POST', '/v1/sandboxes', { body: { id: 'listlive' } })).status).toBe(201);
    await page.locator('tr[data-id=listlive] [data-state=running]').waitFor();
    expect((await api('POST', '/v1/sandboxes/listlive/stop', { body: {} })).status).toBe(200);
    await page.locator('tr[data-id=listlive] [data-state=stopped]').waitFor();
    expect((await api('DELETE', '/v1/sandboxes/listlive')).status).toBe(204);
    await rowsAre(page, ['listone', 'listtwo', 'listthree']);
    expect(troubles).toEqual([]);
  });

  it('keeps what its filters ask for: state, label, template and search, which stand in the address', async () => {
    const { page, goTo } = await signedIn(browser, service);
    await rowsAre(page, ['listone', 'listtwo', 'listthree']);
    await page.getByRole('button', { name: /^stopped/ }).click();
    await rowsAre(page, ['listtwo']);
    await page.getByRole('button', { name: /^stopped/ }).click();
    await page.getByLabel('Label').fill('project:crawler');
    await rowsAre(page, ['listone', 'listthree']);
    await page.getByLabel('Label').fill('stage');
    await rowsAre(page, ['listone']);
    await page.getByLabel('Label').fill('');
    await page.getByLabel('Template').selectOption('base');
    await rowsAre(page, ['listone', 'listtwo']);
    await page.keyboard.press('Escape');
    await page.locator('h1').click();
    await page.keyboard.press('/');
    await page.keyboard.type('NOTEBOOKS');
    await rowsAre(page, ['listtwo']);
    expect(page.url()).toContain('#/sandboxes?template=base&q=NOTEBOOKS');
    await page.reload();
    await isLive(page);
    await rowsAre(page, ['listtwo']);
    await goTo('/sandboxes?q=nothing-has-this');
    await page.getByText('No sandbox fits the filter.').waitFor();
  });

  it('shows to a user what is of the own tenant, and nothing else', async () => {
    const { body: made } = await api('POST', '/v1/admin/keys', { body: { tenant: 'acme', name: 'theirs' } });
    expect((await api('POST', '/v1/sandboxes', { key: made.key, body: { id: 'acmeone' } })).status).toBe(201);
    const { page } = await signedIn(browser, service, { key: made.key });
    await rowsAre(page, ['acmeone']);
    const admin = await signedIn(browser, service);
    await rowsAre(admin.page, ['listone', 'listtwo', 'listthree', 'acmeone']);
    await admin.page.getByRole('columnheader', { name: 'Tenant' }).waitFor();
    expect((await api('DELETE', '/v1/sandboxes/acmeone?force=true')).status).toBe(204);
    await rowsAre(page, []);
  });

  it('goes from row to row by the arrows, into one by Enter, and to pages by single keys', async () => {
    const { page } = await signedIn(browser, service);
    await rowsAre(page, ['listone', 'listtwo', 'listthree']);
    await page.locator('tr[data-id=listthree] a').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'listtwo' }).waitFor();
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: 'Activity' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('start a sandbox').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Start a sandbox' }).waitFor();
  });

  it('hears the key that follows the end of a dialog at once, while that has the focus still', async () => {
    const { page } = await signedIn(browser, service);
    await rowsAre(page, ['listone', 'listtwo', 'listthree']);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.evaluate(`
      const dialog = document.querySelector('dialog');
      dialog.close();
      dialog.querySelector('button').dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }));
    `);
    await page.getByRole('heading', { name: 'Start a sandbox' }).waitFor({ timeout: 5_000 });
  });

  it('has 5,000 rows at hand and only those near what is seen in the page', async () => {
    const { page, goTo } = await signedIn(browser, service);
    await rowsAre(page, ['listone', 'listtwo', 'listthree']);
    const { body: known } = await api('GET', '/v1/sandboxes/listone');
    const views = Array.from({ length: 5_000 }, (_, index) => {
      const place = String(index).padStart(4, '0');
      return { ...known, id: `many${place}`, createdAt: new Date(Date.UTC(2026, 0, 1) - index * 1000).toISOString() };
    });
    await page.route('**/v1/sandboxes?*', async (route) => {
      const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
      const items = views.slice(from, from + 1_000);
      await route.fulfill({ json: { items, nextCursor: from + 1_000 < views.length ? `${from + 1_000}` : null } });
    });
    await page.reload();
    await isLive(page);
    await page.getByText('5,000 shown').waitFor();
    expect((await shownIds(page)).length).toBeLessThan(100);
    await page.evaluate("document.querySelector('.list-page .table-box').scrollTop = 1e9");
    await eventually('the last row is there', async () => (await shownIds(page)).includes('many4999'), 30_000);
    expect((await shownIds(page)).length).toBeLessThan(100);
    await goTo('/sandboxes?q=many2500');
    await rowsAre(page, ['many2500']);
  });
});
