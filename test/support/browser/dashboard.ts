import type { Browser, Page } from 'playwright-core';
import { eventually } from '../api.ts';
import type { ServiceProcess } from '../service-process.ts';

/** The page of a service as one reader has it open. */
export interface Dashboard {
  readonly page: Page;
  /** What went wrong so far: errors that nobody caught, what its Content-Security-Policy refused, assets that did not come. */
  readonly troubles: readonly string[];
  /** Goes to a page of it, such as `/sandboxes/abc`. */
  goTo(path: string): Promise<void>;
}

export interface DashboardOptions {
  readonly key?: string;
  readonly scheme?: 'light' | 'dark';
  readonly widthPx?: number;
  readonly heightPx?: number;
}

/** A browser drops what is under way when an interface comes or goes, as those of containers do. */
const NETWORK_CHANGED = 'net::ERR_NETWORK_CHANGED';

/** Opens it in a context of its own; nobody is signed in. */
export async function openDashboard(
  browser: Browser,
  service: Pick<ServiceProcess, 'url'>,
  { scheme = 'light', widthPx = 1280, heightPx = 800 }: DashboardOptions = {},
): Promise<Dashboard> {
  const context = await browser.newContext({
    viewport: { width: widthPx, height: heightPx },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) troubles.push(message.text());
  });
  let hasMovedNetwork = false;
  page.on('requestfailed', (request) => {
    const error = request.failure()?.errorText;
    if (error === NETWORK_CHANGED) hasMovedNetwork = true;
    else if (request.url().includes('/assets/')) troubles.push(`${request.url()}: ${error}`);
  });
  page.on('response', (response) => {
    if (response.url().includes('/assets/') && !response.ok()) troubles.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(service.url);
  if (hasMovedNetwork) await page.reload();
  return {
    ...{ page, troubles },
    goTo: (path) => page.evaluate(`void (location.hash = ${JSON.stringify(path)})`),
  };
}

/** Opens it, and signs in as the administrator or with another key; it is live. */
export async function signedIn(
  browser: Browser,
  service: Pick<ServiceProcess, 'url' | 'adminKey'>,
  options: DashboardOptions = {},
): Promise<Dashboard> {
  const dashboard = await openDashboard(browser, service, options);
  const { page } = dashboard;
  await page.getByLabel('API key').fill(options.key ?? service.adminKey);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await isLive(page);
  return dashboard;
}

/** Waits until the page hears the events of the service. */
export async function isLive(page: Page): Promise<void> {
  await page.waitForSelector('[data-feed=live]', { timeout: 30_000 });
}

/** Waits until the table has exactly these sandboxes, in any order. */
export function rowsAre(page: Page, ids: readonly string[]): Promise<true> {
  const wanted = [...ids].sort().join();
  const areThey = async () => (await shownIds(page)).sort().join() === wanted || undefined;
  return eventually(`the rows are ${wanted}`, areThey, 30_000);
}

export function shownIds(page: Page): Promise<string[]> {
  return page.evaluate<string[]>('[...document.querySelectorAll("tr[data-id]")].map((row) => row.dataset.id)');
}

/** What the terminal shows now, line by line. */
export async function screenText(page: Page): Promise<string> {
  return (await page.locator('.xterm-rows > div').allTextContents()).join('\n');
}
