import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { browserLacks, openBrowser } from '../support/dataplane/browser.ts';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const WEB = 8000;
const lacks = browserLacks();
if (lacks !== undefined) process.stdout.write(`browser tests are skipped: ${lacks}\n`);

/** What a page of an attacker tries, and what came of it. */
interface Attempts {
  readonly origin: string;
  readonly localStorage: string;
  readonly sessionStorage: string;
  readonly cookie: string;
  readonly indexedDb: string;
  readonly caches: string;
  readonly opener: string;
  readonly listWithStoredKey: string;
  readonly listWithCookies: string;
  readonly neighbour: string;
  readonly worker: string;
  readonly rootWorker: string;
  readonly ownFrame: string;
}

const PAGE = `<!doctype html><title>inside</title><script>
const tried = async (what) => { try { return String(await what()); } catch (error) { return 'refused: ' + error.name; } };
const text = async (url, init) => { const a = await fetch(url, init); return a.status + ' ' + a.type + ' ' + (await a.text()).slice(0, 60); };
const other = new URLSearchParams(location.search).get('other');
addEventListener('load', async () => {
  const attempts = {
    origin: String(self.origin),
    localStorage: await tried(() => localStorage.getItem('sandglass.key')),
    sessionStorage: await tried(() => sessionStorage.getItem('sandglass.key')),
    cookie: await tried(() => document.cookie),
    indexedDb: await tried(() => new Promise((resolve, reject) => {
      const ask = indexedDB.open('sandglass'); ask.onsuccess = () => resolve('open'); ask.onerror = () => reject(ask.error);
    })),
    caches: await tried(async () => (await caches.keys()).length),
    opener: await tried(() => (window.opener ?? window.parent).localStorage.getItem('sandglass.key')),
    listWithStoredKey: await tried(() => text('/v1/sandboxes', { headers: { 'x-api-key': localStorage.getItem('sandglass.key') } })),
    listWithCookies: await tried(() => text('/v1/sandboxes', { credentials: 'include' })),
    neighbour: await tried(() => text(other, { credentials: 'include' })),
    worker: await tried(() => navigator.serviceWorker.register('worker.js')),
    rootWorker: await tried(() => navigator.serviceWorker.register('worker.js', { scope: '/' })),
    ownFrame: await tried(() => new Promise((resolve, reject) => {
      const frame = document.createElement('iframe'); frame.src = '/healthz';
      frame.onload = () => { try { resolve(frame.contentWindow.localStorage.getItem('sandglass.key')); } catch (error) { reject(error); } };
      document.body.append(frame);
    })),
  };
  window.attempts = attempts;
});
</script><body>inside</body>`;

// Everything that would loosen the browser's rules is said by the server inside.
const SERVER = `
import http.server
page = open('/tmp/page.html', 'rb').read()
class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_script = self.path.endswith('.js')
        body = b'self.addEventListener("fetch", () => {})' if is_script else page
        if self.path.startswith('/data'): body = b'data of a neighbour'
        self.send_response(200)
        self.send_header('Content-Type', 'text/javascript' if is_script else 'text/html')
        self.send_header('Content-Length', str(len(body)))
        self.send_header('Service-Worker-Allowed', '/')
        self.send_header('Content-Security-Policy', "sandbox allow-scripts allow-same-origin")
        self.send_header('Set-Cookie', 'planted=everywhere; Path=/')
        self.send_header('Set-Cookie', 'own=here')
        if 'localtest' not in self.headers['host']:
            self.send_header('Clear-Site-Data', '"storage", "cookies"')
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(('0.0.0.0', ${WEB}), Web).serve_forever()`;

describe.skipIf(lacks !== undefined)('a page from inside a sandbox', () => {
  let service: ServiceProcess;
  let browser: Browser;
  let own: Inside;
  let other: Inside;

  beforeAll(async () => {
    service = await startService();
    [browser, own, other] = await Promise.all([openBrowser(), startInside(service), startInside(service)]);
    await Promise.all([serve(own), serve(other)]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  const pathOf = (inside: Inside) => `/sandbox/${inside.id}/${WEB}/`;
  /** A page of the service's own origin, on which somebody's key is stored as a dashboard would. */
  const signedIn = async (): Promise<Page> => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route('**/as-a-dashboard', (route) => route.fulfill({ contentType: 'text/html', body: '<p>keys' }));
    await page.goto(`${service.url}/as-a-dashboard`);
    const key = JSON.stringify(service.adminKey);
    await page.evaluate(
      `localStorage.setItem('sandglass.key', ${key}); sessionStorage.setItem('sandglass.key', ${key})`,
    );
    await page.evaluate(`document.cookie = 'session=' + ${key} + '; path=/'`);
    return page;
  };
  const attemptsOf = async (page: Page): Promise<Attempts> => {
    await page.waitForFunction("'attempts' in window", undefined, { timeout: 20_000 });
    return await page.evaluate<Attempts>('attempts');
  };
  const expectNothingReached = (attempts: Attempts) => {
    expect(JSON.stringify(attempts)).not.toContain(service.adminKey);
    const { origin, neighbour, listWithCookies, cookie, ...others } = attempts;
    expect(origin).toBe('null');
    for (const [name, answer] of Object.entries({ ...others, neighbour, cookie })) {
      expect(answer, name).toMatch(/^refused: (SecurityError|TypeError|InvalidStateError|NotSupportedError)$/);
    }
    expect(listWithCookies).toMatch(/^(refused: TypeError|401 )/);
  };

  it('by the path form reads no storage and no cookie of the origin, calls no API, and registers no worker', async () => {
    const page = await signedIn();
    await page.goto(`${service.url}${pathOf(own)}?other=${encodeURIComponent(`${service.url}${pathOf(other)}data`)}`);
    expectNothingReached(await attemptsOf(page));
    const cookies = await page.context().cookies(service.url);
    expect(cookies.map(({ name }) => name)).not.toContain('planted');
    await page.goto(`${service.url}/as-a-dashboard`);
    expect(await page.evaluate("localStorage.getItem('sandglass.key')")).toBe(service.adminKey);
    expect(await page.evaluate('document.cookie')).toContain('session=');
    expect(await page.evaluate('navigator.serviceWorker.getRegistrations().then((all) => all.length)')).toBe(0);
  });

  it('by the path form does no better in a frame of the origin, or in a window that it opened', async () => {
    const page = await signedIn();
    const target = `${pathOf(own)}?other=${encodeURIComponent(`${pathOf(other)}data`)}`;
    const src = JSON.stringify(target);
    await page.evaluate(`document.body.append(Object.assign(document.createElement('iframe'), { src: ${src} }))`);
    const frame = await eventually('the frame is there', async () =>
      page.frames().find((one) => one.url().includes('/sandbox/')),
    );
    await frame.waitForFunction("'attempts' in window");
    expectNothingReached(await frame.evaluate<Attempts>('attempts'));
    const [popup] = await Promise.all([page.waitForEvent('popup'), page.evaluate(`void open(${src})`)]);
    expectNothingReached(await attemptsOf(popup));
  });

  it('would reach all of it without the header of the path form: the tries are real ones', async () => {
    const page = await signedIn();
    await page.route('**/sandbox/**', async (route) => {
      const answer = await route.fetch();
      const headers = Object.fromEntries(
        Object.entries(answer.headers()).filter(([name]) => name !== 'content-security-policy'),
      );
      await route.fulfill({ response: answer, headers });
    });
    await page.goto(`${service.url}${pathOf(own)}?other=${encodeURIComponent(`${service.url}${pathOf(other)}data`)}`);
    const attempts = await attemptsOf(page);
    expect(attempts.localStorage).toBe(service.adminKey);
    expect(attempts.cookie).toContain('session=');
    expect(attempts.listWithStoredKey).toMatch(/^200 /);
    expect(attempts.neighbour).toMatch(/data of a neighbour/);
    expect(attempts.rootWorker).toMatch(/^refused: SecurityError/);
  });

  it('by the host form has storage and cookies of its own origin, and none of another', async () => {
    const page = await signedIn();
    const { port } = new URL(service.url);
    const urlOf = (inside: Inside) => `http://${WEB}-${inside.id}.localtest:${port}/`;
    await page.goto(`${urlOf(own)}?other=${encodeURIComponent(`${urlOf(other)}data`)}`);
    const attempts = await attemptsOf(page);
    expect(attempts.origin).toBe(new URL(urlOf(own)).origin);
    expect(attempts.localStorage).toBe('null');
    expect(attempts.indexedDb).toBe('open');
    expect(attempts.cookie).toContain('own=here');
    expect(attempts.neighbour).toMatch(/^refused: TypeError/);
    await page.evaluate("localStorage.setItem('note', 'kept')");
    await page.reload();
    expect(await page.evaluate("localStorage.getItem('note')")).toBe('kept');
    await page.goto(urlOf(other));
    expect(await page.evaluate("localStorage.getItem('note')")).toBeNull();
    expect(JSON.stringify(attempts)).not.toContain(service.adminKey);
  });
});

async function serve(inside: Inside): Promise<void> {
  const page = Buffer.from(PAGE).toString('base64');
  const server = Buffer.from(SERVER).toString('base64');
  await inside.ask(`echo ${page} | base64 -d > /tmp/page.html; echo ${server} | base64 -d > /tmp/web.py`);
  await inside.ask('(setsid python3 /tmp/web.py > /dev/null 2>&1 &)');
  await eventually('the page is served', async () => (await inside.fetch('/', { port: WEB })).ok);
}
