import { describe, expect, it } from 'vitest';
import { Sandbox, watchEvents } from '../../src/sdk/index.ts';
import { sandboxView } from '../support/sdk/sandbox-view.ts';

interface Asked {
  readonly target: string;
  readonly headers: Headers;
}

/** Answers one request after the other; the view of the sandbox is told to everybody who asks. */
function answering(...answers: readonly (() => Response)[]) {
  const asked: Asked[] = [];
  const stand: typeof fetch = async (input, init) => {
    const { pathname, search } = new URL(String(input));
    if (pathname === '/v1/sandboxes/first') return Response.json(sandboxView());
    asked.push({ target: pathname + search, headers: new Headers(init?.headers) });
    return answers[asked.length - 1]?.() ?? new Response(null, { status: 599 });
  };
  return { asked, options: { url: 'http://service', fetch: stand } };
}

/** A body that comes in these pieces, and then ends, breaks, or says nothing more. */
function body(pieces: readonly string[], then: 'ends' | 'breaks' | 'stays' = 'ends'): Response {
  const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
  return new Response(
    new ReadableStream({
      pull(controller) {
        const piece = bytes.shift();
        if (piece !== undefined) return controller.enqueue(piece);
        if (then === 'ends') return controller.close();
        if (then === 'breaks') return controller.error(new Error('the connection broke'));
        return new Promise(() => {});
      },
    }),
  );
}

async function first<T>(count: number, items: AsyncIterable<T>): Promise<readonly T[]> {
  const taken: T[] = [];
  for await (const item of items) if (taken.push(item) === count) break;
  return taken;
}

const event = (seq: number, state = 'running') =>
  `id: ${seq}\nevent: sandbox.${state}\ndata: ${JSON.stringify({ id: 'first', state })}\n\n`;

describe('events', () => {
  it('are told as they come, however they are cut, with notices and those of the pool', async () => {
    const text = `retry: 1000\n\n${event(4)}:\n\nevent: sandbox.oom\ndata: {"id":"first"}\n\nevent: pool.missed\ndata: {"tier":"permanent"}\n\n`;
    const { asked, options } = answering(() => body([...text], 'stays'));
    expect(await first(3, watchEvents(options))).toEqual([
      { type: 'sandbox', name: 'sandbox.running', seq: 4, sandbox: { id: 'first', state: 'running' } },
      { type: 'sandbox', name: 'sandbox.oom', seq: null, sandbox: { id: 'first' } },
      { type: 'pool', name: 'pool.missed', seq: null, pool: { tier: 'permanent' } },
    ]);
    expect(asked[0]?.target).toBe('/v1/events');
    expect(asked[0]?.headers.has('last-event-id')).toBe(false);
  });

  it('go on after the last one when the connection breaks, ends, or is refused for a while', async () => {
    const { asked, options } = answering(
      () => body([event(4), event(7)], 'breaks'),
      () => Response.json({ code: 'storage_unavailable', detail: 'later' }, { status: 503 }),
      () => body([event(8)]),
      () => body([event(9)], 'stays'),
    );
    const sandbox = await Sandbox.get('first', options);
    const seen = await first(4, sandbox.events({ afterSeq: 3 }));
    expect(seen.map(({ seq }) => seq)).toEqual([4, 7, 8, 9]);
    expect(asked.map(({ headers }) => headers.get('last-event-id'))).toEqual(['3', '7', '7', '8']);
    expect(asked[0]?.target).toBe('/v1/sandboxes/first/events');
  });

  it('end with what will not pass, and with the signal', async () => {
    const refusing = answering(() => Response.json({ code: 'unauthenticated', detail: 'no key' }, { status: 401 }));
    await expect(first(1, watchEvents(refusing.options))).rejects.toMatchObject({ code: 'unauthenticated' });
    const cut = new AbortController();
    const breaking = answering(() => {
      cut.abort(new Error('enough'));
      return body([], 'breaks');
    });
    await expect(first(1, watchEvents({ ...breaking.options, signal: cut.signal }))).rejects.toThrow('enough');
  });
});

const line = (ms: number, text: string, stream = 'stdout') => {
  const at = new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
  return `${JSON.stringify({ at, stream, text })}\n`;
};

describe('lines of the log', () => {
  it('end where the log ends', async () => {
    const { asked, options } = answering(() => body([line(1, 'a'), line(2, 'b', 'stderr')]));
    const sandbox = await Sandbox.get('first', options);
    const lines = await first(9, sandbox.logLines({ tail: 5 }));
    expect(lines.map(({ stream, text }) => `${stream} ${text}`)).toEqual(['stdout a', 'stderr b']);
    expect(asked.map(({ target }) => target)).toEqual(['/v1/sandboxes/first/logs?tail=5']);
  });

  it('are told once each when the connection breaks, those of one instant too', async () => {
    const { asked, options } = answering(
      () => body([line(1, 'a'), line(2, 'b'), line(2, 'c')], 'breaks'),
      () => body([line(1, 'a'), line(2, 'b'), line(2, 'c'), line(2, 'c'), line(3, 'd')], 'breaks'),
      () => body([line(2, 'c'), line(3, 'd'), line(4, 'e')]),
    );
    const sandbox = await Sandbox.get('first', options);
    const lines = await first(9, sandbox.logLines({ tail: 3, follow: true }));
    expect(lines.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'c', 'd', 'e']);
    const base = '/v1/sandboxes/first/logs';
    const again = `${base}?tail=10000&follow=true`;
    expect(asked.map(({ target }) => target)).toEqual([`${base}?tail=3&follow=true`, again, again]);
  });
});

describe('the history', () => {
  it('is read page by page', async () => {
    const { asked, options } = answering(
      () => Response.json({ items: [{ number: 1 }, { number: 2 }], nextCursor: 'c' }),
      () => Response.json({ items: [{ number: 3 }], nextCursor: null }),
    );
    const sandbox = await Sandbox.get('first', options);
    expect((await first(9, sandbox.history())).map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(asked.map(({ target }) => target)).toEqual([
      '/v1/sandboxes/first/history',
      '/v1/sandboxes/first/history?cursor=c',
    ]);
  });
});
