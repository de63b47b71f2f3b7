import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserLacks, openBrowser } from '../support/dataplane/browser.ts';
import { type FuzzedService, fuzzedService } from '../support/openapi/fuzzed-service.ts';

const lacks = browserLacks();
if (lacks !== undefined) process.stdout.write(`browser tests are skipped: ${lacks}\n`);

describe.skipIf(lacks !== undefined)('/docs in a browser', () => {
  let service: FuzzedService;
  let browser: Browser;

  beforeAll(async () => {
    service = await fuzzedService();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.close();
  });

  it('is read without another request and without a complaint of the browser', async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`${service.url}/docs`, { waitUntil: 'networkidle' });
    expect(asked.filter((path) => path !== '/favicon.ico')).toEqual(['/docs']);
    expect(complaints.filter((text) => /policy|refused/i.test(text))).toEqual([]);
    // Its style is the one that its policy allows.
    expect(await page.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse")).toBe('collapse');
    await page.getByRole('link', { name: 'POST /v1/sandboxes', exact: true }).click();
    expect(await page.locator('#startSandbox h3').isVisible()).toBe(true);
    await page.locator('#startSandbox details summary').first().click();
    expect(await page.locator('#startSandbox details pre').first().isVisible()).toBe(true);
  });
});
