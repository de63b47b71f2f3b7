import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';

/** Why no browser can be opened here; undefined where one can. */
export function browserLacks(): string | undefined {
  return existsSync(PROGRAM) ? undefined : `there is no ${PROGRAM}: npm run bootstrap -- --for-tests`;
}

/** A browser that finds every name below `localtest` on this machine, as DNS would lead them to the service. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: PROGRAM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--host-resolver-rules=MAP *.localtest 127.0.0.1',
      // Stands for https, which service workers and others need.
      '--unsafely-treat-insecure-origin-as-secure=http://*.localtest',
    ],
  });
}
