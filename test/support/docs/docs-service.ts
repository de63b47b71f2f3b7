import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { startService } from '../service-process.ts';
import type { PageSetup } from './page-setup.ts';
import { installPackages } from './programs.ts';
import type { ShellPlace } from './run-shell.ts';

/** A service as `npm start` leaves it, and folders in which the blocks of pages find what the pages say is there. */
export interface DocsService {
  readonly url: string;
  /** Where packages are found. */
  readonly folder: string;
  /** What the programs of pages have in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder of a page's own, with `data` of the service, and with the files of its setup. */
  placeOf(page: string, setup: PageSetup): ShellPlace;
  /** The text of a block with the addresses of this service. */
  placed(text: string): string;
  dispose(): Promise<void>;
}

const SETTINGS = {
  // As `npm start` has it, and with a first key of its own in data/admin.key.
  ...{ SANDGLASS_POOL: 'base=4', SANDGLASS_ADMIN_KEY: '' },
  // A start may ask for 1 TiB, which a machine does not have, so that it can be refused.
  ...{ SANDGLASS_MEMORY_MAX_MB: '1048576', SANDGLASS_MEMORY_OVERCOMMIT: '1' },
};

export async function docsService(): Promise<DocsService> {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-docs-'));
  const dataDir = join(folder, 'data');
  const service = await startService(SETTINGS, dataDir).catch((error) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const { url, adminUrl } = service;
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/cli.js')}' "$@"\n`;
  writeFileSync(join(bin, 'sandglass'), program, { mode: 0o755 });
  installPackages(folder);
  const key = readFileSync(join(dataDir, 'admin.key'), 'utf8').trim();
  const basic = { PATH: `${bin}:${process.env['PATH']}`, HOME: folder, SANDGLASS_URL: url };
  return {
    url,
    folder,
    env: { ...basic, SANDGLASS_API_KEY: key, E2B_API_KEY: key, E2B_API_URL: url, E2B_SANDBOX_URL: url },
    placeOf(page, { files = {}, isDataCopied = false }) {
      const own = join(folder, page.replaceAll('/', '-'));
      mkdirSync(own);
      if (isDataCopied) copyData(dataDir, join(own, 'data'));
      else symlinkSync(dataDir, join(own, 'data'));
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(own, name)), { recursive: true });
        writeFileSync(join(own, name), content);
      }
      return { folder: own, env: basic };
    },
    placed: (text) => text.replaceAll('http://127.0.0.1:4747', url).replaceAll('http://127.0.0.1:9091', adminUrl),
    async dispose() {
      await service.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The files of a data directory in use; its sockets stay where they are. */
function copyData(from: string, to: string): void {
  mkdirSync(to);
  const files = readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of files) copyFileSync(join(from, name), join(to, name));
}
