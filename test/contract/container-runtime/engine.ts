import { expect, it } from 'vitest';
import type { PullProgress } from '../../../src/ports/container-runtime.ts';
import { type Bench, eventsDuring, randomAddress } from './harness.ts';

/** Images, runtimes, addresses and events. */
export function enginePromises(bench: () => Bench): void {
  it('answers, and tells what it is', async () => {
    const { runtime } = bench();
    await runtime.ping();
    const info = await runtime.info();
    expect(info.name).toBe(runtime.engine);
    expect(info.runtimes).toContain('runc');
    expect(info.networks.map(({ name }) => name)).toEqual(['sandglass-open', 'sandglass-closed']);
    expect(info.cpus).toBeGreaterThan(0);
    expect(info.memoryBytes).toBeGreaterThan(0);
  });

  it('knows the images that it has, and no others', async () => {
    const { runtime, image, missingImage } = bench();
    expect(await runtime.findImage(image)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await runtime.findImage(missingImage)).toBeUndefined();
    expect(await runtime.findImage('../containers/json')).toBeUndefined();
  });

  it('says start_failed in seconds to a pull of an image that nobody has, and makes nothing of it', async () => {
    const { runtime, spec, missingImage } = bench();
    const seen: PullProgress[] = [];
    const pull = runtime.pullImage(missingImage, (progress) => seen.push(progress));
    await expect(pull).rejects.toMatchObject({ code: 'start_failed' });
    expect(seen[0]).toEqual({ phase: 'resolving', currentBytes: 0, totalBytes: 0 });
    const wanted = spec({ image: missingImage });
    expect(await runtime.create(wanted)).toEqual({ outcome: 'no_image' });
    expect(await runtime.inspect(wanted.name)).toBeUndefined();
  });

  it('does not begin a pull whose caller has gone', async () => {
    const { runtime, missingImage } = bench();
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(runtime.pullImage(missingImage, undefined, { signal })).rejects.toThrow('gone');
  });

  it('knows what a runtime can do when the engine has it', async () => {
    const { runtime, spec } = bench();
    expect(await runtime.capabilities('runc')).toEqual({ restart: true, pause: true, quota: true, stats: true });
    expect(await runtime.capabilities('nosuch')).toBeUndefined();
    await expect(runtime.create(spec({ runtime: 'nosuch' }))).rejects.toMatchObject({ code: 'start_failed' });
  });

  it('has a ring of addresses for each network, and none past its end', () => {
    const { runtime } = bench();
    for (const network of ['open', 'closed'] as const) {
      const count = runtime.addressCount(network);
      expect(count).toBeGreaterThan(0);
      expect(runtime.addressAt(network, 0)).not.toBe(runtime.addressAt(network, count - 1));
      expect(runtime.addressAt(network, count)).toBeUndefined();
      expect(runtime.addressAt(network, -1)).toBeUndefined();
    }
    expect(runtime.addressAt('open', 0)).not.toBe(runtime.addressAt('closed', 0));
  });

  it('prepares again, also twice at once', async () => {
    const { runtime, other } = bench();
    const before = runtime.addressAt('open', 0);
    await Promise.all([runtime.prepare(), other.prepare()]);
    expect(runtime.addressAt('open', 0)).toBe(before);
  });

  it('says address_in_use, and starts at another address', async () => {
    const { runtime, started, created, facts } = bench();
    const holder = await started();
    const second = await created({ address: holder.address ?? '' });
    const taken = { code: 'conflict', details: { reason: 'address_in_use' } };
    await expect(runtime.start(second.id)).rejects.toMatchObject(taken);
    const address = randomAddress(runtime, 'closed');
    await runtime.moveAddress(second.id, 'closed', address);
    await runtime.start(second.id);
    expect(await facts(second.id)).toMatchObject({ status: 'running', address });
  });

  it('tells the life of its own containers in order, and of no others', async () => {
    const { runtime, other, created, spec } = bench();
    const { id, sandboxId } = await created();
    const seen = await eventsDuring(
      runtime,
      async () => {
        const foreign = await other.create(spec());
        if ('facts' in foreign) await other.start(foreign.facts.id);
        await runtime.start(id);
        await runtime.pause(id);
        await runtime.unpause(id);
        await runtime.stop(id, 5);
        await runtime.remove(id);
      },
      (events) => events.at(-1)?.action === 'destroy',
    );
    const actions = ['start', 'pause', 'unpause', 'die', 'destroy'];
    expect(seen).toEqual(actions.map((action) => ({ action, sandboxId, containerId: id })));
  });

  it('ends the stream of events quietly when nobody listens any more', async () => {
    const { runtime } = bench();
    const listener = new AbortController();
    const ended = (async () => {
      for await (const _ of runtime.events(listener.signal));
      return 'quietly';
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    listener.abort();
    expect(await ended).toBe('quietly');
    for await (const _ of runtime.events(listener.signal)) throw new Error('an aborted stream has no events');
  });
}
