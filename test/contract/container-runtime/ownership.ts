import { expect, it } from 'vitest';
import type { Bench } from './harness.ts';
import { randomAddress } from './harness.ts';

/** Names, labels and what belongs to whom. */
export function ownershipPromises(bench: () => Bench): void {
  it('adopts the container of the same sandbox instead of making a second one', async () => {
    const { runtime, spec } = bench();
    const wanted = spec();
    const first = await runtime.create(wanted);
    const second = await runtime.create(wanted);
    expect(second.outcome).toBe('adopted');
    if (!('facts' in first && 'facts' in second)) throw new Error('nothing was made');
    expect(second.facts.id).toBe(first.facts.id);
  });

  it('makes one container for ten creates at once', async () => {
    const { runtime, spec } = bench();
    const wanted = spec();
    const all = await Promise.all(Array.from({ length: 10 }, () => runtime.create(wanted)));
    expect(all.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(all.filter(({ outcome }) => outcome === 'adopted')).toHaveLength(9);
  });

  it("leaves a stranger's container under the name as it is", async () => {
    const { runtime, spec, makeForeign } = bench();
    const wanted = spec();
    const id = await makeForeign(wanted.name);
    expect(await runtime.create(wanted)).toEqual({ outcome: 'name_conflict' });
    expect(await runtime.inspect(wanted.name)).toMatchObject({
      id,
      status: 'running',
      serviceId: null,
      sandboxId: null,
    });
  });

  it("leaves another installation's container under the name as it is", async () => {
    const { runtime, other, otherServiceId, spec } = bench();
    const wanted = spec();
    await other.create(wanted);
    expect(await runtime.create(wanted)).toEqual({ outcome: 'name_conflict' });
    expect(await runtime.inspect(wanted.name)).toMatchObject({ status: 'created', serviceId: otherServiceId });
  });

  it('refuses to change what is not its own', async () => {
    const { runtime, spec, makeForeign, facts } = bench();
    const id = await makeForeign(spec().name);
    const refused = { code: 'conflict', details: { reason: 'not_ours' } };
    await expect(runtime.stop(id, 1)).rejects.toMatchObject(refused);
    await expect(runtime.kill(id)).rejects.toMatchObject(refused);
    await expect(runtime.remove(id)).rejects.toMatchObject(refused);
    await expect(runtime.pause(id)).rejects.toMatchObject(refused);
    await expect(runtime.moveAddress(id, 'closed', randomAddress(runtime, 'closed'))).rejects.toMatchObject(refused);
    expect((await facts(id)).status).toBe('running');
  });

  it('lists its own containers in every status, and no others', async () => {
    const { runtime, other, spec, created, started, makeForeign } = bench();
    const strange = await makeForeign(spec().name);
    const elsewhere = await other.create(spec());
    if (!('facts' in elsewhere)) throw new Error(`not made: ${elsewhere.outcome}`);
    const [still, running, frozen, ended] = await Promise.all([created(), started(), started(), started()]);
    await runtime.pause(frozen.id);
    await runtime.stop(ended.id, 5);
    const { nowMs } = await runtime.info();
    const listed = new Map((await runtime.list()).map((summary) => [summary.id, summary]));
    expect(listed.get(still.id)).toMatchObject({ status: 'created', name: still.name, sandboxId: still.sandboxId });
    expect(listed.get(running.id)?.status).toBe('running');
    expect(listed.get(frozen.id)?.status).toBe('paused');
    expect(listed.get(ended.id)?.status).toBe('exited');
    expect(listed.has(strange)).toBe(false);
    expect(listed.has(elsewhere.facts.id)).toBe(false);
    expect(Math.abs(nowMs - (listed.get(still.id)?.createdAtMs ?? 0))).toBeLessThan(60_000);
  });
}
