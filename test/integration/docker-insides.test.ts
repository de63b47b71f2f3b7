import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { containerName } from '../../src/domain/ids.ts';
import type { ContainerRuntime, LogPiece } from '../../src/ports/container-runtime.ts';
import { randomAddress, randomId } from '../contract/container-runtime/harness.ts';
import { openRealEngine } from '../support/container-runtime/real-engine.ts';

let engine: Awaited<ReturnType<typeof openRealEngine>>;
let runtime: ContainerRuntime;
let id: string;
const never = () => new AbortController().signal;

const MAKE = [
  'mkdir -p /d/e; echo hi > /d/e/f; ln /d/e/f /d/hard; ln -s /d/e/f /d/lnk; ln -s /d/e /d/folder',
  'ln -s ../../../../../../../etc/hostname-of-nobody /d/out; ln -s loop /d/loop; mkfifo /d/pipe',
  'head -c 8388608 /dev/zero > /d/large; echo out; echo err >&2',
].join('; ');

beforeAll(async () => {
  engine = await openRealEngine();
  ({ runtime } = engine);
  await runtime.prepare();
  const sandboxId = randomId();
  const made = await runtime.create({
    ...{
      name: containerName(engine.serviceId, sandboxId),
      sandboxId,
      tenant: 'acme',
      image: engine.image,
      sudo: false,
    },
    main: { kind: 'command', command: ['sh', '-c', MAKE], env: {}, user: null, workdir: null },
    resources: { cpus: 1, memoryMb: 64, diskMb: null, pids: 64 },
    ...{ runtime: 'runc', network: 'closed', address: randomAddress(runtime, 'closed') },
  });
  if (!('facts' in made)) throw new Error(made.outcome);
  id = made.facts.id;
  await runtime.start(id);
  const log = await runtime.log(id, { tailLines: 0, isFollowed: true, signal: never() });
  for await (const piece of log) expect(piece.atMs).toBeGreaterThan(0);
});
afterAll(() => engine.close());

it('follows links inside of the container only', async () => {
  expect(await runtime.findFile(id, '/d/lnk')).toMatchObject({ path: '/d/e/f', type: 'file', sizeBytes: 3 });
  expect(await runtime.findFile(id, '/d/folder/f')).toMatchObject({ type: 'file' });
  expect(await runtime.findFile(id, '/d/out')).toBeUndefined();
  expect(await runtime.findFile(id, '/d/loop')).toBeUndefined();
  expect(await runtime.findFile(id, '/d/pipe')).toMatchObject({ type: 'other' });
});

it('tells links as links, and hard links with their size', async () => {
  const entries = new Map<string, [string, number, string | null]>();
  for await (const { name, type, sizeBytes, linkTarget } of await runtime.walkFolder(id, '/d', never())) {
    entries.set(name, [type, sizeBytes, linkTarget]);
  }
  expect(Object.fromEntries(entries)).toMatchObject({
    'e/f': ['file', 3, null],
    hard: ['file', 3, null],
    lnk: ['symlink', 0, '/d/e/f'],
    pipe: ['other', 0, null],
  });
});

it('lets go of the engine when a reader stops early', async () => {
  const large = await runtime.readFile(id, '/d/large', never());
  await new Promise((resolve) => large.once('readable', resolve));
  large.destroy();
  expect(await text(await runtime.readFile(id, '/d/hard', never()))).toBe('hi\n');
  expect((await buffer(await runtime.readFile(id, '/d/large', never()))).length).toBe(8_388_608);
});

it('tells both streams of a log with their instants, from so many lines before its end', async () => {
  const all: LogPiece[] = [];
  for await (const piece of await runtime.log(id, { tailLines: 10, isFollowed: false, signal: never() }))
    all.push(piece);
  const told = all.map(({ stream, content }) => `${stream} ${content}`).sort();
  expect(told).toEqual(['stderr err\n', 'stdout out\n']);
  expect(all.every(({ atMs }) => Math.abs(Date.now() - atMs) < 600_000)).toBe(true);
});
