import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, readdirSync, readSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFifo } from '../../../../src/agent/process/fifo-ends.ts';
import { fifoPool } from '../../../../src/agent/process/fifo-pool.ts';
import { mkfifoProgram } from '../../../../src/agent/process/make-fifos.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'sandglass-fifos-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const warnings: string[] = [];
const warn = (message: string) => void warnings.push(message);
const OWNER = process.getuid?.() ?? 0;

test('gives everybody pipes of their own, in a folder that only the agent may enter', async () => {
  const pool = fifoPool({ make: mkfifoProgram(), places: [place], warn });
  const taken = await Promise.all(Array.from({ length: 60 }, () => pool.take(3)));
  const paths = taken.flatMap((one) => one ?? []);
  expect(new Set(paths).size).toBe(180);
  expect(paths.every((path) => statSync(path).isFIFO())).toBe(true);
  expect(readdirSync(place).map((name) => statSync(join(place, name)).mode & 0o777)).toEqual([0o700]);
});

test('a pipe carries what is written, ends with its last writer, and has no name', async () => {
  const [path = ''] = (await fifoPool({ make: mkfifoProgram(), places: [place], warn }).take(1)) ?? [];
  const { readEnd, writeEnd } = openFifo(path, OWNER);
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  writeSync(writeEnd, 'it');
  closeSync(writeEnd);
  const buffer = Buffer.alloc(10);
  expect([readSync(readEnd, buffer), readSync(readEnd, buffer)]).toEqual([2, 0]);
  closeSync(readEnd);
});

test('goes to the next place when one is of no use, and makes pipes again after all were discarded', async () => {
  const pool = fifoPool({ make: mkfifoProgram(), places: [join(place, 'missing'), place], warn });
  expect(await pool.take(2)).toHaveLength(2);
  for (const name of readdirSync(place)) rmSync(join(place, name), { recursive: true });
  pool.discard();
  const [path = ''] = (await pool.take(1)) ?? [];
  expect(statSync(path).isFIFO()).toBe(true);
});

test('where none can be made, it says so once and nobody waits', async () => {
  let calls = 0;
  const make = async () => {
    calls += 1;
    throw new Error('no such program');
  };
  const pool = fifoPool({ make, places: [place], warn });
  expect(await Promise.all([pool.take(2), pool.take(2), pool.take(3)])).toEqual([undefined, undefined, undefined]);
  const before = calls;
  expect(await pool.take(2)).toBeUndefined();
  expect(calls).toBe(before);
  expect(warnings.splice(0)).toEqual([expect.stringContaining('no such program')]);
  expect(readdirSync(place)).toEqual([]);
});

test('something else in the place of a pipe is refused, and no file stays open', async () => {
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  const path = join(place, 'file');
  writeFileSync(path, '');
  expect(() => openFifo(path, OWNER)).toThrow('no pipe');
  execFileSync('mkfifo', [join(place, 'real')]);
  execFileSync('ln', ['-s', join(place, 'real'), join(place, 'link')]);
  expect(() => openFifo(join(place, 'link'), OWNER)).toThrow('ELOOP');
  expect(open()).toBe(before);
});
