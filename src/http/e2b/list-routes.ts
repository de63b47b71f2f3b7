import { e2bListQuerySchema, e2bRunningQuerySchema, type MetadataFilter } from '../../contract/e2b-list.ts';
import type { Sandbox } from '../../domain/sandbox.ts';
import type { Caller } from '../../operations/caller.ts';
import { getShown, statesBehind } from '../../operations/e2b-standing.ts';
import { listSandboxes, type SandboxPage } from '../../operations/read-sandbox.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { Http, HttpDeps } from '../http-deps.ts';
import { addE2bEndpoint } from './e2b-endpoint.ts';
import { e2bDetailView, e2bListedViews } from './e2b-view.ts';

const WHOLE_PAGE = 1_000;
/** Of a list without paging. */
const MOST_PAGES = 10;

/** One sandbox, those that run, and pages of all. */
export function addE2bListRoutes(http: Http): void {
  const { deps } = http;
  const { clock } = deps.operations;
  const info = { method: 'get', paths: ['/sandboxes/{sandboxID}'], operation: 'e2bGetSandbox' } as const;
  addE2bEndpoint(http, info, async ({ c, caller, id }) => {
    const { row, state } = await getShown(deps.operations, caller, id);
    return c.json(e2bDetailView(deps, row, state), 200);
  });
  const list = { method: 'get', paths: ['/v2/sandboxes'], operation: 'e2bListSandboxes' } as const;
  addE2bEndpoint(http, { ...list, query: e2bListQuerySchema }, async ({ c, caller, query }) => {
    const states = (query.state ?? (['running', 'paused'] as const)).flatMap((state) => statesBehind[state]);
    const { rows, next } = await page(deps, caller, query.metadata ?? [], {
      ...{ states, order: query.order, limit: query.limit },
      templateOrImage: query.template === '' ? undefined : query.template,
      startedFromMs: query.startedAfter,
      keptAtMs: clock.nowMs(),
      after: query.nextToken === undefined ? null : placeOf(query.nextToken),
    });
    if (next !== null) c.header('x-next-token', writeCursor([next.createdAtMs, next.id]));
    return c.json(e2bListedViews(deps, rows), 200);
  });
  const running = { method: 'get', paths: ['/sandboxes'], operation: 'e2bListRunning' } as const;
  addE2bEndpoint(http, { ...running, query: e2bRunningQuerySchema }, async ({ c, caller, query }) =>
    c.json(e2bListedViews(deps, await allRunning(deps, caller, query.metadata ?? [])), 200),
  );
}

type Filter = Omit<Parameters<typeof listSandboxes>[2], 'tenant' | 'labels' | 'template'>;

async function page(deps: HttpDeps, caller: Caller, metadata: MetadataFilter, filter: Filter): Promise<SandboxPage> {
  const labels = Object.fromEntries(metadata);
  // Asked for two values of one name.
  if (metadata.some(([name, value]) => labels[name] !== value)) return { rows: [], next: null };
  return listSandboxes(deps.operations, caller, { ...filter, labels, tenant: null, template: null });
}

async function allRunning(deps: HttpDeps, caller: Caller, metadata: MetadataFilter): Promise<readonly Sandbox[]> {
  const filter = { states: statesBehind.running, order: 'desc', limit: WHOLE_PAGE } as const;
  const found: Sandbox[] = [];
  let after: SandboxPage['next'] = null;
  for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
    const { rows, next }: SandboxPage = await page(deps, caller, metadata, { ...filter, after });
    found.push(...rows);
    if (next === null) break;
    after = next;
  }
  return found;
}

function placeOf(token: string): { readonly createdAtMs: number; readonly id: string } {
  const [createdAtMs, id] = readCursor(token, ['number', 'string']);
  return { createdAtMs: Number(createdAtMs), id: String(id) };
}
