import { describe, expect, it } from 'vitest';
import { keyLock } from '../../../src/reconcile/key-lock.ts';

describe('one task at a time per key', () => {
  it('runs tasks of one key in the order of asking, and other keys beside them', async () => {
    const lock = keyLock();
    const seen: string[] = [];
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = lock.run('a', async () => {
      await gate;
      seen.push('a1');
    });
    const second = lock.run('a', async () => void seen.push('a2'));
    await lock.run('b', async () => void seen.push('b1'));
    expect(seen).toEqual(['b1']);
    open();
    await Promise.all([first, second]);
    expect(seen).toEqual(['b1', 'a1', 'a2']);
  });

  it('lets the next task run after one that throws, and forgets keys that are free', async () => {
    const lock = keyLock();
    const failing = lock.run('a', () => Promise.reject(new Error('no')));
    const next = lock.run('a', async () => 'ran');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('ran');
    await new Promise((resolve) => setImmediate(resolve));
    expect(lock.size).toBe(0);
    expect(lock.isHeld('a')).toBe(false);
  });
});
