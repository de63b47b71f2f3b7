import { expect, it } from 'vitest';
import { joinedPulls } from '../../../src/runtime/joined-pulls.ts';

/** A pull that ends when told, and notes whether it was aborted. */
function handPull() {
  const begun: { image: string; finish: (id: string) => void; signal: AbortSignal }[] = [];
  const pulls = joinedPulls(
    (image, onProgress, signal) =>
      new Promise((resolve, reject) => {
        onProgress({ phase: 'resolving', currentBytes: 0, totalBytes: 0 });
        begun.push({ image, finish: resolve, signal });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  return { pulls, begun };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

it('begins one pull for an image, another for another', async () => {
  const { pulls, begun } = handPull();
  const all = [pulls.pull('a'), pulls.pull('a'), pulls.pull('b')];
  await tick();
  expect(begun.map(({ image }) => image)).toEqual(['a', 'b']);
  begun[0]?.finish('id-a');
  begun[1]?.finish('id-b');
  expect(await Promise.all(all)).toEqual(['id-a', 'id-a', 'id-b']);
});

it('tells the first listener everything, and each as often as it joined', async () => {
  const { pulls, begun } = handPull();
  const heard: string[] = [];
  const listen = () => void heard.push('x');
  const all = [pulls.pull('a', listen), pulls.pull('a', listen)];
  await tick();
  begun[0]?.finish('id');
  await Promise.all(all);
  expect(heard).toHaveLength(2);
});

it('aborts only when the last one leaves, and begins anew for who comes then', async () => {
  const { pulls, begun } = handPull();
  const one = new AbortController();
  const two = new AbortController();
  const first = pulls.pull('a', undefined, { signal: one.signal });
  const second = pulls.pull('a', undefined, { signal: two.signal });
  await tick();
  one.abort(new Error('one'));
  await expect(first).rejects.toThrow('one');
  expect(begun[0]?.signal.aborted).toBe(false);
  two.abort(new Error('two'));
  await expect(second).rejects.toThrow('two');
  expect(begun[0]?.signal.aborted).toBe(true);
  const third = pulls.pull('a');
  await tick();
  begun[1]?.finish('id');
  expect(await third).toBe('id');
});

it('begins anew after a pull that failed', async () => {
  let round = 0;
  const pulls = joinedPulls(async () => {
    round++;
    if (round === 1) throw new Error('no route');
    return 'id';
  });
  await expect(pulls.pull('a')).rejects.toThrow('no route');
  expect(await pulls.pull('a')).toBe('id');
});

it('ends all of them when it is closed', async () => {
  const { pulls } = handPull();
  const pull = pulls.pull('a');
  await tick();
  pulls.close(new Error('closed'));
  await expect(pull).rejects.toThrow('closed');
});
