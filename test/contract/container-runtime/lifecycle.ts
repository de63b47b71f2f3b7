import { expect, it } from 'vitest';
import type { Bench } from './harness.ts';

/** From create to remove, one promise of the port a test. */
export function lifecyclePromises(bench: () => Bench): void {
  it('starts what it created, with its labels, address and limits', async () => {
    const { runtime, spec, serviceId } = bench();
    const wanted = spec();
    const made = await runtime.create(wanted);
    if (made.outcome !== 'created') throw new Error(`not made: ${made.outcome}`);
    expect(made.facts).toMatchObject({ id: (await runtime.inspect(wanted.name))?.id, imageDigest: '' });
    expect({ ...made.facts, imageDigest: (await runtime.inspect(wanted.name))?.imageDigest }).toMatchObject({
      name: wanted.name,
      status: 'created',
      serviceId,
      sandboxId: wanted.sandboxId,
      startedAt: '',
      exitCode: null,
      oomKilled: false,
      error: '',
      address: wanted.address,
      imageDigest: await runtime.findImage(wanted.image),
      resources: { cpus: 1, memoryMb: 64, pids: 64 },
    });
    await runtime.start(made.facts.id);
    const facts = await runtime.inspect(wanted.name);
    expect(facts).toMatchObject({ id: made.facts.id, status: 'running', exitCode: null, address: wanted.address });
    expect(facts?.startedAt).not.toBe('');
  });

  it.each(['acme', null])('tells whom a container was made for: %s', async (tenant) => {
    const { created, facts } = bench();
    const made = await created({ tenant });
    expect([made.tenant, (await facts(made.id)).tenant]).toEqual([tenant, tenant]);
  });

  it('is done when asked to start what runs, stop what stands, or kill what stands', async () => {
    const { runtime, started, facts } = bench();
    const { id, startedAt } = await started();
    await runtime.start(id);
    expect((await facts(id)).startedAt).toBe(startedAt);
    await runtime.stop(id, 5);
    await runtime.stop(id, 5);
    await runtime.kill(id);
    expect((await facts(id)).status).toBe('exited');
  });

  it('is done with stop, kill, remove and logs of what is gone, and says not_found to the rest', async () => {
    const { runtime, created } = bench();
    const { id } = await created();
    await runtime.remove(id);
    expect(await runtime.inspect(id)).toBeUndefined();
    await Promise.all([runtime.stop(id, 1), runtime.kill(id), runtime.remove(id)]);
    expect(await runtime.logTail(id, 4096)).toBe('');
    const resources = { cpus: 1, memoryMb: 64, diskMb: null, pids: 64 };
    const missing = { code: 'not_found' };
    await expect(runtime.start(id)).rejects.toMatchObject(missing);
    await expect(runtime.pause(id)).rejects.toMatchObject(missing);
    await expect(runtime.unpause(id)).rejects.toMatchObject(missing);
    await expect(runtime.update(id, resources)).rejects.toMatchObject(missing);
  });

  it.each([
    { command: ['sh', '-c', 'exit 7'], code: 7 },
    { command: ['true'], code: 0 },
    { command: ['false'], code: 1 },
  ])('tells the exit code of $command', async ({ command, code }) => {
    const { started, until } = bench();
    const { id } = await started({ command });
    const facts = await until(id, ({ status }) => status === 'exited');
    expect(facts).toMatchObject({ exitCode: code, oomKilled: false });
  });

  it('runs the same container again after a stop, at its address', async () => {
    const { runtime, started, facts } = bench();
    const first = await started();
    await runtime.stop(first.id, 5);
    await runtime.start(first.id);
    const second = await facts(first.id);
    expect(second).toMatchObject({ status: 'running', address: first.address, exitCode: null });
    expect(second.startedAt).not.toBe(first.startedAt);
  });

  it('freezes and thaws, twice as once', async () => {
    const { runtime, started, facts } = bench();
    const { id, startedAt } = await started();
    await runtime.pause(id);
    await runtime.pause(id);
    expect((await facts(id)).status).toBe('paused');
    await runtime.unpause(id);
    await runtime.unpause(id);
    expect(await facts(id)).toMatchObject({ status: 'running', startedAt });
  });

  it('says conflict to a pause of what does not run and to a start of what is paused', async () => {
    const { runtime, created, started } = bench();
    const still = await created();
    await expect(runtime.pause(still.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(runtime.unpause(still.id)).rejects.toMatchObject({ code: 'conflict' });
    const frozen = await started();
    await runtime.pause(frozen.id);
    await expect(runtime.start(frozen.id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('stops a paused container with SIGTERM, and kills a paused one', async () => {
    const { runtime, started, facts } = bench();
    const [one, two] = await Promise.all([started(), started()]);
    await Promise.all([runtime.pause(one.id), runtime.pause(two.id)]);
    await runtime.stop(one.id, 10);
    await runtime.kill(two.id);
    expect(await facts(one.id)).toMatchObject({ status: 'exited', exitCode: 143 });
    expect(await facts(two.id)).toMatchObject({ status: 'exited', exitCode: 137 });
  });

  it('sees the end that comes from outside', async () => {
    const { started, until, killOutside } = bench();
    const running = await started();
    await killOutside(running);
    expect(await until(running.id, ({ status }) => status === 'exited')).toMatchObject({ exitCode: 137 });
  });

  it('changes the limits of running and of standing containers', async () => {
    const { runtime, created, started, facts } = bench();
    const [still, running] = await Promise.all([created(), started()]);
    for (const { id } of [still, running]) {
      await runtime.update(id, { cpus: 0.5, memoryMb: 128, diskMb: null, pids: 32 });
      expect((await facts(id)).resources).toEqual({ cpus: 0.5, memoryMb: 128, pids: 32 });
    }
  });

  it('removes what runs, and answers only when it is gone, to every caller at once', async () => {
    const { runtime, started } = bench();
    const { id, name } = await started();
    const gone = async () => {
      await runtime.remove(id);
      return runtime.inspect(name);
    };
    expect(await Promise.all([gone(), gone(), gone()])).toEqual([undefined, undefined, undefined]);
  });

  it('ends the same for twenty starts and for twenty stops at once', async () => {
    const { runtime, created, facts } = bench();
    const { id } = await created();
    await Promise.all(Array.from({ length: 20 }, () => runtime.start(id)));
    expect((await facts(id)).status).toBe('running');
    await Promise.all(Array.from({ length: 20 }, () => runtime.stop(id, 5)));
    expect((await facts(id)).status).toBe('exited');
  });
}
