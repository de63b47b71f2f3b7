import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { screenText, signedIn } from '../support/browser/dashboard.ts';
import { browserLacks, openBrowser } from '../support/dataplane/browser.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const lacks = browserLacks();
const CHATTY = 'for i in 1 2 3; do echo said $i; echo warned $i >&2; done; sleep 1000';

describe.skipIf(lacks !== undefined)('the page of a sandbox', () => {
  let service: ServiceProcess;
  let browser: Browser;
  let api: Api;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService(), openBrowser()]);
    api = apiOf(service);
    const body = { id: 'shown', labels: { project: 'demo' }, command: ['bash', '-c', CHATTY] };
    expect((await api('POST', '/v1/sandboxes', { body })).status).toBe(201);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  const isUnasked = (page: Page) => page.getByRole('dialog').waitFor({ state: 'detached' });
  const confirmed = async (page: Page, verb: string) => {
    await page.getByRole('dialog').getByRole('button', { name: verb, exact: true }).click();
    await isUnasked(page);
  };
  const stateIs = (page: Page, state: string) => page.locator(`.page-head [data-state=${state}]`).waitFor();
  const run = async (id: string, command: string): Promise<string> => {
    const { body } = await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command } });
    return body.stdout.trim();
  };

  it('is reached by the start form, which tells every field that is wrong', async () => {
    const { page, goTo, troubles } = await signedIn(browser, service);
    await goTo('/start');
    await page.getByLabel('Id', { exact: true }).fill('Not An Id');
    await page.getByLabel('Memory (MiB)').fill('1');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('resources.memoryMb').waitFor();
    expect(await alert.textContent()).toContain('must be 1 to 40 of a-z and 0-9');
    await page.getByLabel('Id', { exact: true }).fill('formed');
    await page.getByLabel('Memory (MiB)').fill('200');
    await page.getByLabel('Timeout', { exact: true }).selectOption('1800');
    await page.getByLabel('Labels').fill('project:demo\nowner:mira');
    await page.getByLabel('Environment').fill('COLOUR=ochre');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: 'formed' }).waitFor();
    await stateIs(page, 'running');
    const { body: view } = await api('GET', '/v1/sandboxes/formed');
    expect(view).toMatchObject({ labels: { project: 'demo', owner: 'mira' }, lifetime: { timeoutSeconds: 1800 } });
    expect(view).toMatchObject({ resources: { memoryMb: 200 }, envNames: ['COLOUR'] });
    expect(await run('formed', 'echo $COLOUR')).toBe('ochre');
    expect(troubles).toEqual([]);
  });

  it('shows its history with reasons, its facts, and a deadline that counts down', async () => {
    const { page, goTo } = await signedIn(browser, service);
    await goTo('/sandboxes/shown');
    const timeline = page.locator('.timeline');
    await timeline.getByText('start succeeded').waitFor();
    await timeline.getByText('start requested').waitFor();
    await page.getByText('It is running since').waitFor();
    await page.getByText('sandglass-base:latest').first().waitFor();
    const countdown = page.getByTestId('countdown');
    const first = String(await countdown.textContent());
    expect(first).toMatch(/^\d+:\d\d$/);
    await eventually('less is left', async () => String(await countdown.textContent()) < first, 30_000);
    await page.getByLabel('Give it').selectOption('86400');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await eventually('a day is left', async () => /^(23:5|1 d)/.test(String(await countdown.textContent())), 30_000);
  });

  it('draws memory and cpu as they were measured', async () => {
    const { page, goTo } = await signedIn(browser, service);
    await goTo('/sandboxes/shown');
    const memory = page.getByRole('img', { name: /^Memory: working set [\d.]+ (KiB|MiB)/ });
    await memory.waitFor({ timeout: 30_000 });
    await page.getByRole('img', { name: /^Cpu: used \d+ %/ }).waitFor();
    expect(await memory.locator('canvas').count()).toBe(1);
  });

  it('reads its log and its processes', async () => {
    const { page, goTo } = await signedIn(browser, service);
    await goTo('/sandboxes/shown/logs');
    await page.getByRole('log').getByText('said 3').waitFor();
    await page.getByLabel('Search in the log').fill('warned 2');
    await eventually('one line fits', async () => (await page.locator('.log-row').count()) === 1, 30_000);
    await page.getByRole('link', { name: 'Processes' }).click();
    await page.getByRole('cell', { name: 'sleep 1000' }).first().waitFor();
  });

  it('takes files up, shows them, gives them back and removes them', async () => {
    const { page, goTo, troubles } = await signedIn(browser, service);
    const bytes = Buffer.from('one\u0000two\nthree', 'utf8');
    await goTo('/sandboxes/shown/files');
    await page.getByRole('button', { name: '.bashrc', exact: true }).waitFor();
    await page
      .getByLabel('Upload')
      .setInputFiles({ name: 'notes.bin', mimeType: 'application/octet-stream', buffer: bytes });
    await page.getByRole('button', { name: 'notes.bin', exact: true }).waitFor();
    expect(await run('shown', 'wc -c < notes.bin')).toBe(String(bytes.length));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download notes.bin', exact: true }).click(),
    ]);
    expect(readFileSync(await download.path())).toEqual(bytes);
    await page.getByRole('button', { name: 'Remove notes.bin', exact: true }).click();
    await confirmed(page, 'Remove');
    await page.getByRole('button', { name: 'notes.bin', exact: true }).waitFor({ state: 'detached' });
    expect(await run('shown', 'ls notes.bin 2>/dev/null | wc -l')).toBe('0');
    await page.getByLabel('Folder', { exact: true }).fill('/etc');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'hostname', exact: true }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('has a terminal that takes what is typed, in its size and in all colours', async () => {
    const { page, goTo, troubles } = await signedIn(browser, service);
    await goTo('/sandboxes/shown/terminal');
    await eventually('a prompt is there', async () => (await screenText(page)).includes('$'), 20_000);
    await page.keyboard.type(
      'echo sum $((20+22)); stty size; printf "\\e[38;2;255;100;0mtrue"; printf "colour\\e[0m\\n"\n',
    );
    await eventually(
      'the answers are there',
      async () => /sum 42[\s\S]*\d+ \d+[\s\S]*truecolour/.test(await screenText(page)),
      30_000,
    );
    const [rows] = /^\d+ \d+$/m.exec(await screenText(page))?.[0].split(' ') ?? [];
    expect(Number(rows)).toBe(await page.locator('.xterm-rows > div').count());
    const colour =
      'getComputedStyle([...document.querySelectorAll(".xterm-rows span")].find((one) => one.textContent === "truecolour")).color';
    expect(await page.evaluate(colour)).toBe('rgb(255, 100, 0)');
    await page.keyboard.type('exit 7\n');
    await page.getByText('The shell ended with code 7.').waitFor();
    await page.getByRole('button', { name: 'New shell', exact: true }).click();
    await eventually('another prompt is there', async () => (await screenText(page)).includes('$'), 20_000);
    expect(troubles).toEqual([]);
  });

  it('pauses, resumes, stops after a question, and restarts', async () => {
    expect((await api('POST', '/v1/sandboxes', { body: { id: 'moved' } })).status).toBe(201);
    const { page, goTo } = await signedIn(browser, service);
    await goTo('/sandboxes/moved');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await stateIs(page, 'paused');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await stateIs(page, 'running');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await confirmed(page, 'Cancel');
    expect((await api('GET', '/v1/sandboxes/moved')).body.state).toBe('running');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await confirmed(page, 'Stop');
    await stateIs(page, 'stopped');
    await page.locator('.timeline').getByText('requested').first().waitFor();
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await stateIs(page, 'running');
    expect((await api('GET', '/v1/sandboxes/moved')).body.incarnation).toBe(2);
  });

  it('deletes after a question only, for good', async () => {
    expect((await api('POST', '/v1/sandboxes', { body: { id: 'doomed' } })).status).toBe(201);
    const { page, goTo } = await signedIn(browser, service);
    await goTo('/sandboxes/doomed');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await isUnasked(page);
    expect((await api('GET', '/v1/sandboxes/doomed')).body.state).toBe('running');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await confirmed(page, 'Delete');
    await stateIs(page, 'deleted');
    expect((await api('GET', '/v1/sandboxes/doomed')).body.state).toBe('deleted');
    await goTo('/sandboxes/never-was');
    await page.getByText('must be 1 to 40').waitFor();
    await goTo('/sandboxes/neverwas');
    await page.getByText('There is no sandbox neverwas').waitFor();
  });
});
