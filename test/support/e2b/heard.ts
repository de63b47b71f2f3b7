/** A callback's deliveries, to be waited for. */
export interface Heard<T> {
  /** Hand this to whoever calls back. */
  readonly hear: (item: T) => void;
  readonly all: readonly T[];
  /** The first item, of those that came and those that will, that fits; throws after the bound, naming what came. */
  find(what: string, fits: (item: T, all: readonly T[]) => boolean, withinMs?: number): Promise<T>;
}

/** Collects what a callback is given. */
export function heard<T>(): Heard<T> {
  const all: T[] = [];
  const listeners = new Set<() => void>();
  return {
    all,
    hear(item) {
      all.push(item);
      for (const listener of [...listeners]) listener();
    },
    find(what, fits, withinMs = 5_000) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = all.find((item) => fits(item, all));
          if (found === undefined) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => {
          listeners.delete(look);
          reject(new Error(`not within ${withinMs} ms: ${what}; heard ${JSON.stringify(all).slice(0, 1_000)}`));
        }, withinMs);
        listeners.add(look);
        look();
      });
    },
  };
}

export interface HeardText {
  readonly hear: (piece: string | Uint8Array) => void;
  /** All so far. */
  text(): string;
  /** All so far, once the part is in it; throws after the bound. */
  until(part: string, withinMs?: number): Promise<string>;
}

/** Text that arrives in pieces. */
export function heardText(): HeardText {
  const decoder = new TextDecoder();
  const texts = heard<string>();
  let text = '';
  return {
    hear(piece) {
      text += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
      texts.hear(text);
    },
    text: () => text,
    async until(part, withinMs) {
      await texts.find(JSON.stringify(part), (so) => so.includes(part), withinMs);
      return text;
    },
  };
}
