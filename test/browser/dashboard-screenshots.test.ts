import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { type DashboardOptions, screenText, signedIn } from '../support/browser/dashboard.ts';
import { openBrowser } from '../support/dataplane/browser.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

/** SANDGLASS_SCREENSHOTS=docs/images makes the pictures of the documentation anew. */
const folder = process.env['SANDGLASS_SCREENSHOTS'];

const TRAINING =
  'i=0; while true; do i=$((i+1)); echo "epoch $i: loss 0.$((900 - i % 700)), 412 rows"; [ $((i % 9)) = 0 ] && echo "warning: batch $i was slow" >&2; sleep 0.4; done';
const WORK =
  'mkdir -p ~/work/pages && cd ~/work && echo "# Notes" > README.md && printf "a,b\\n1,2\\n" > result.csv && head -c 300000 /dev/zero > pages/001.bin';
const BUSY = `(nohup python3 -c "
import time
kept = []
while True:
    kept.append(bytearray(1500000)); kept = kept[-60:]
    sum(range(600000)); time.sleep(0.3)
" > /dev/null 2>&1 &)`;

const SIZE = { widthPx: 1200, heightPx: 720 };

const SANDBOXES = [
  { id: 'crawlermira', labels: { project: 'crawler', owner: 'mira' }, lifetime: { timeoutSeconds: 3600 } },
  { id: 'trainer07', labels: { project: 'notebooks', gpu: 'none' }, command: ['bash', '-c', TRAINING] },
  {
    id: 'buildfails',
    labels: { project: 'ci', commit: '8fd12aa' },
    command: ['bash', '-c', 'sleep 2; echo "error: no rule to make target all"; exit 2'],
  },
  { id: 'agentjo', labels: { project: 'agents', owner: 'jo' }, lifetime: { timeoutSeconds: 900 } },
  { id: 'review4411', labels: { project: 'ci', commit: 'b07c3e1' } },
  { id: 'scratchpad', labels: { project: 'notebooks' }, lifetime: { timeoutSeconds: null } },
];

describe.skipIf(folder === undefined)('the pictures of the documentation', () => {
  let service: ServiceProcess;
  let browser: Browser;
  let api: Api;

  beforeAll(async () => {
    mkdirSync(String(folder), { recursive: true });
    [service, browser] = await Promise.all([startService({ SANDGLASS_POOL: 'base=3' }), openBrowser()]);
    api = apiOf(service);
    await eventually('the pool is warm', async () => (await api('GET', '/readyz')).status === 200, 60_000);
    for (const body of SANDBOXES) expect((await api('POST', '/v1/sandboxes', { body })).status).toBe(201);
    await api('POST', '/v1/sandboxes/agentjo/pause', { body: {} });
    await api('POST', '/v1/sandboxes/review4411/stop', { body: {} });
    for (const command of [WORK, BUSY]) await api('POST', '/v1/sandboxes/crawlermira/exec', { body: { command } });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  const picture = async (name: string, options: DashboardOptions, draw: (page: Page) => Promise<unknown>) => {
    const { page, goTo } = await signedIn(browser, service, { ...SIZE, ...options });
    await goTo(`/sandboxes${name === 'list' ? '' : '/crawlermira'}`);
    await draw(page);
    await page.screenshot({ path: `${folder}/dashboard-${name}.png` });
    await page.context().close();
  };

  it('are made', async () => {
    // Only what this tab has seen itself is drawn of the host.
    const activity = await signedIn(browser, service, { ...SIZE, scheme: 'dark' });
    await activity.goTo('/activity');
    // The charts show some minutes only after some minutes: half of one is enough to see a curve.
    await eventually(
      'there is something to draw',
      async () => (await api('GET', '/v1/sandboxes/crawlermira/metrics')).body.history.length > 12,
      120_000,
    );
    await picture('list', {}, (page) => page.locator('tr[data-id=buildfails] [data-state=stopped]').waitFor());
    await picture('sandbox', { scheme: 'dark' }, (page) =>
      page.getByRole('img', { name: /^Memory: working set \d/ }).waitFor(),
    );
    await picture('phone', { widthPx: 390, heightPx: 760 }, (page) => page.locator('.timeline li').first().waitFor());
    await picture('terminal', {}, async (page) => {
      await page.getByRole('link', { name: 'Terminal' }).click();
      await eventually('a prompt is there', async () => (await screenText(page)).includes('$'), 20_000);
      await page.keyboard.type('cd work && ls -l && python3 -c "print(sum(range(10)))"\n');
      await eventually('the sum is there', async () => /^45/m.test(await screenText(page)));
    });
    expect(activity.troubles).toEqual([]);
    await activity.page.locator('[data-operation=pause]').waitFor();
    await activity.page.screenshot({ path: `${folder}/dashboard-activity.png` });
  }, 300_000);
});
