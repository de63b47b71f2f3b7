import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { ContainerEntry } from '../../../src/ports/container-runtime.ts';
import type { Bench } from './harness.ts';

const never = () => new AbortController().signal;

/** What is in a container that does not run, and what it wrote. */
export function insidesPromises(bench: () => Bench): void {
  describe('files of a container that has stopped', () => {
    async function stopped(files: Readonly<Record<string, string>>): Promise<string> {
      const facts = await bench().started();
      await bench().runtime.kill(facts.id);
      for (const [path, text] of Object.entries(files)) await bench().putFile(facts, path, text);
      return facts.id;
    }

    it('are found, read and walked', async () => {
      const { runtime } = bench();
      const id = await stopped({ '/srv/d/one': 'first', '/srv/d/e/two': 'second' });
      expect(await runtime.findFile(id, '/srv/d/one')).toMatchObject({
        path: '/srv/d/one',
        type: 'file',
        sizeBytes: 5,
      });
      expect(await runtime.findFile(id, '/srv/d')).toMatchObject({ type: 'directory', sizeBytes: 0 });
      expect((await buffer(await runtime.readFile(id, '/srv/d/one', never()))).toString()).toBe('first');
      const seen: ContainerEntry[] = [];
      for await (const entry of await runtime.walkFolder(id, '/srv', never())) seen.push(entry);
      expect(seen.map(({ name, type, sizeBytes }) => [name, type, sizeBytes])).toEqual([
        ['d', 'directory', 0],
        ['d/e', 'directory', 0],
        ['d/e/two', 'file', 6],
        ['d/one', 'file', 5],
      ]);
      const tar: Readable = await runtime.packFolder(id, '/srv', never());
      expect((await buffer(tar)).length % 512).toBe(0);
    });

    it('are not there where there are none', async () => {
      const { runtime } = bench();
      const id = await stopped({});
      expect(await runtime.findFile(id, '/nothing/here')).toBeUndefined();
      await expect(runtime.packFolder(id, '/nothing/here', never())).rejects.toMatchObject({ code: 'not_found' });
      expect(await runtime.findFile('0'.repeat(64), '/etc')).toBeUndefined();
    });
  });

  it('tells what a container that runs uses, and nothing of one that does not', async () => {
    const { runtime } = bench();
    const { id } = await bench().started();
    expect(await runtime.usage(id)).toMatchObject({ memChargedBytes: expect.any(Number), pids: expect.any(Number) });
    await runtime.kill(id);
    expect(await runtime.usage(id)).toBeUndefined();
  });

  it('ends a log that is followed with its container, and knows no log of what is gone', async () => {
    const { runtime } = bench();
    const { id } = await bench().started();
    const pieces = await runtime.log(id, { tailLines: 10, isFollowed: true, signal: never() });
    await runtime.kill(id);
    for await (const piece of pieces) expect(piece.content.length).toBeGreaterThan(0);
    await runtime.remove(id);
    const none = await runtime.log(id, { tailLines: 10, isFollowed: true, signal: never() });
    for await (const piece of none) expect.unreachable(piece.content.toString());
  });
}
