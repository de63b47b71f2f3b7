import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { splice } from '../../src/http/splice.ts';

/** One end of a connection: what is written is taken one piece at a time, when it is told to. */
function slowEnd() {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, taken) {
      waiting.push(() => {
        written.push(String(chunk));
        taken();
      });
    },
  });
  return { stream, written, takeOne: () => waiting.shift()?.() };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function spliced() {
  const [client, inside] = [slowEnd(), slowEnd()];
  const cut = new AbortController();
  let overs = 0;
  const over = () => {
    overs += 1;
  };
  splice(client.stream, inside.stream, { touch() {}, cut: cut.signal, over, stallMs: 60_000 });
  return { client, inside, cut, overs: () => overs };
}

it.each(['end', 'reset'] as const)(
  'sends what is left of a side that has come to its %s, then closes the other',
  async (way) => {
    const { client, inside, overs } = spliced();
    inside.stream.push('few bytes');
    await nextTurn();
    if (way === 'end') inside.stream.push(null);
    inside.stream.end();
    inside.stream.destroy();
    await nextTurn();
    expect([client.stream.destroyed, overs()]).toEqual([false, 0]);
    client.takeOne();
    await nextTurn();
    await nextTurn();
    expect(client.written).toEqual(['few bytes']);
    expect([client.stream.destroyed, overs()]).toEqual([true, 1]);
  },
);

it('ends both at once when it is cut', async () => {
  const { client, inside, cut, overs } = spliced();
  inside.stream.push('never taken');
  await nextTurn();
  cut.abort();
  expect([client.stream.destroyed, inside.stream.destroyed, overs()]).toEqual([true, true, 1]);
});
