import { computed, signal } from '@preact/signals';

/** Where the reader is: `#/sandboxes/ID/files?path=/tmp` is the page `sandboxes` with rest `[ID, files]`. */
export interface Place {
  readonly page: string;
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

const hash = signal(location.hash);

export const place = computed<Place>(() => placeOf(hash.value));

export function watchAddress(): void {
  addEventListener('hashchange', () => {
    hash.value = location.hash;
  });
}

/** `path` is what stands behind the `#`. At once: the browser tells of it later, and a query may be replaced meanwhile. */
export function goTo(path: string): void {
  location.hash = path;
  hash.value = location.hash;
}

/** Changes the query of the present place without a new entry in the history. */
export function replaceQuery(query: URLSearchParams): void {
  const [path] = hash.peek().split('?');
  const text = query.toString();
  history.replaceState(null, '', `${path || '#/sandboxes'}${text === '' ? '' : `?${text}`}`);
  hash.value = location.hash;
}

export function placeOf(text: string): Place {
  const [path = '', query = ''] = text.replace(/^#?\/?/, '').split('?');
  const [page = '', ...rest] = path.split('/').map(decoded);
  return { page: page === '' ? 'sandboxes' : page, rest, query: new URLSearchParams(query) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
