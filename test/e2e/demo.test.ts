import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { engine } from '../support/engine.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;

it(
  'the demo shows every promise kept, and leaves nothing behind',
  async () => {
    const foldersBefore = demoFolders();
    const { stdout } = await run(process.execPath, ['dist/demo.js'], { timeout: TIMEOUT_MS });
    for (const promise of [
      'its live information is in Redis',
      'its live key is gone from Redis',
      'the row has all that Redis knew, in its snapshot',
      'its container has exited, and is kept',
      'still says "written before the stop"',
      'this is its incarnation 2',
      "the engine's own events tell of two starts",
      'and of one destroy',
      'its row is a tombstone',
      'a scan stopped it',
      'the scan of the stopped ones deleted it',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ +kept +.*${promise}`, 'm'));
    }
    expect(stdout).not.toContain('BROKEN');
    expect(stdout).toMatch(/Every promise was kept, in \d+\.\d s\.\n$/);
    expect(stdout).not.toContain('\u001b');

    const serviceId = /sandglass:([0-9a-f]+):live:/.exec(stdout)?.[1] ?? 'none';
    const label = [`sandglass.service=${serviceId}`];
    expect(await engine.listContainers({ all: true, filters: { label } })).toEqual([]);
    expect(demoFolders()).toEqual(foldersBefore);
  },
  TIMEOUT_MS,
);

function demoFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('sandglass-demo-'));
}
