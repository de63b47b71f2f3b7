import type { Connection } from './connection.ts';
import { SandglassError } from './sandglass-error.ts';
import type { SandboxPageView, SandboxView } from './wire.ts';

export interface SandboxFilter {
  /** Default: all but `deleted`. */
  readonly state?: readonly SandboxView['state'][];
  /** All of them must be there. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly template?: string;
  /** For admin keys: of one tenant only. */
  readonly tenant?: string;
  /** By creation; default `desc`: newest first. */
  readonly order?: 'asc' | 'desc';
  /** Sandboxes per request, 1 to 1,000; default 100. */
  readonly pageSize?: number;
}

export async function* listViews(
  connection: Connection,
  filter: SandboxFilter,
  signal?: AbortSignal,
): AsyncGenerator<SandboxView, void> {
  const { state, labels = {}, template, tenant, order, pageSize } = filter;
  const query = {
    state: state?.join(','),
    label: Object.entries(labels).map(([name, value]) => `${name}:${value}`),
    template,
    tenant,
    order,
    limit: pageSize,
  };
  let cursor: string | undefined;
  do {
    const answer = await connection.ask({
      method: 'GET',
      path: '/v1/sandboxes',
      query: { ...query, cursor },
      isRepeatable: true,
      signal,
    });
    const page = pageOf(answer.body);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function pageOf(body: unknown): SandboxPageView {
  if (typeof body === 'object' && body !== null && 'items' in body && Array.isArray(body.items)) {
    return body as SandboxPageView; // the service validates what it sends against the schema that this type is made from
  }
  throw new SandglassError('unexpected_answer', 'The answer is not a page of sandboxes.');
}
