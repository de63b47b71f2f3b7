import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/observe/logger.ts';
import { imageDigests } from '../../../src/pool/image-digests.ts';

function setUp() {
  const world = { digests: new Map([['a', 'sha256:a']]), isDown: false, asked: 0 };
  const moved: string[] = [];
  const runtime = {
    async findImage(image: string) {
      world.asked += 1;
      if (world.isDown) throw new Error('no answer');
      return world.digests.get(image);
    },
  };
  return { world, moved, digests: imageDigests({ runtime, log: silentLog }, (image) => moved.push(image)) };
}

describe('the content of images', () => {
  it('is not known before it was looked at, and then without asking', async () => {
    const { digests, world } = setUp();
    expect(digests.known('a')).toBeUndefined();
    expect(await digests.look('a')).toBe('sha256:a');
    expect([digests.known('a'), world.asked]).toEqual(['sha256:a', 1]);
  });

  it('stays what it was while the engine does not answer', async () => {
    const { digests, world } = setUp();
    await digests.look('a');
    world.isDown = true;
    expect([await digests.look('a'), digests.known('a')]).toEqual(['sha256:a', 'sha256:a']);
    expect(await digests.look('b')).toBeUndefined();
  });

  it('is learned from what was made of an image', () => {
    const { digests, moved } = setUp();
    digests.learn('b', 'sha256:b');
    expect([digests.known('b'), moved]).toEqual(['sha256:b', []]);
  });

  it('tells once when a name leads elsewhere, and never when it was merely looked at again', async () => {
    const { digests, world, moved } = setUp();
    await digests.look('a');
    await digests.look('a');
    expect(moved).toEqual([]);
    world.digests.set('a', 'sha256:new');
    await digests.look('a');
    await digests.look('a');
    expect([moved, digests.known('a')]).toEqual([['a'], 'sha256:new']);
  });

  it('is kept for 1,000 names, those seen last', async () => {
    const { digests } = setUp();
    await digests.look('a');
    for (let i = 0; i < 999; i += 1) digests.learn(`image${i}`, 'sha256:x');
    await digests.look('a');
    digests.learn('one more', 'sha256:x');
    expect([digests.known('a'), digests.known('image0'), digests.known('image1')]).toEqual([
      'sha256:a',
      undefined,
      'sha256:x',
    ]);
  });
});
