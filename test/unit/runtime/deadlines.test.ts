import { expect, it } from 'vitest';
import { engineBreaker } from '../../../src/runtime/docker/breaker.ts';
import { withDeadline } from '../../../src/runtime/docker/deadlines.ts';

const never = () => new Promise<never>(() => {});

it('gives what came in time, and leaves no timer', async () => {
  let seen: AbortSignal | undefined;
  const run = async (signal: AbortSignal) => {
    seen = signal;
    return 'answer';
  };
  expect(await withDeadline(20, undefined, run)).toBe('answer');
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(seen?.aborted).toBe(false);
});

it('rejects at the deadline although the work never settles, and aborts it', async () => {
  let seen: AbortSignal | undefined;
  const run = (signal: AbortSignal) => {
    seen = signal;
    return never();
  };
  await expect(withDeadline(10, undefined, run)).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(seen?.aborted).toBe(true);
});

it('rejects with the reason of the outer signal, before and while it runs', async () => {
  await expect(withDeadline(1_000, AbortSignal.abort(new Error('gone')), never)).rejects.toThrow('gone');
  const outer = new AbortController();
  const running = withDeadline(1_000, outer.signal, never);
  outer.abort(new Error('left'));
  await expect(running).rejects.toThrow('left');
});

it('opens when the engine does not answer the ping that a doubt sends, and closes when it does', async () => {
  let isUp = false;
  let pings = 0;
  const breaker = engineBreaker(async () => {
    pings++;
    if (!isUp) throw new Error('no answer');
  });
  await breaker.pass();
  expect(pings).toBe(0);
  breaker.doubt();
  breaker.doubt();
  await expect(breaker.pass()).rejects.toThrow();
  expect(pings).toBe(1);
  isUp = true;
  await expect
    .poll(
      () =>
        breaker.pass().then(
          () => 'passes',
          () => 'open',
        ),
      { timeout: 3_000 },
    )
    .toBe('passes');
  expect(pings).toBe(2);
});

it('stays closed when the engine answers the ping: one wedged container is not a wedged engine', async () => {
  let pings = 0;
  const breaker = engineBreaker(async () => {
    pings++;
  });
  for (let round = 1; round <= 3; round++) {
    breaker.doubt();
    await breaker.pass();
    expect(pings).toBe(round);
  }
});
