import { useEffect, useRef } from 'preact/hooks';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { listDeleted } from '../api/list-deleted.ts';
import { isListed, noteAnswer, sandboxes } from '../live/feed.ts';
import { byCreation } from '../live/sandbox-table.ts';
import { place, replaceQuery } from '../navigation.ts';
import { Icon } from '../parts/icon.tsx';
import { attempt } from '../parts/notices.tsx';
import { connection } from '../session.ts';
import { filterOf, fitsBesidesState, fitsState, type ListFilter, queryOf } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { SandboxRows } from './sandbox-rows.tsx';

/** All sandboxes that the key may see, as they change. */
export function ListPage() {
  const filter = filterOf(place.value.query);
  const change = (part: Partial<ListFilter>) => replaceQuery(queryOf({ ...filter, ...part }));
  const all = [...sandboxes().values()];
  const fitting = all.filter((view) => fitsBesidesState(view, filter));
  const rows = fitting.filter(({ state }) => fitsState(state, filter)).sort(byCreation);
  useDeleted(filter.states.includes('deleted'));
  return (
    <section class="page list-page" aria-labelledby="title">
      <header class="page-head">
        <h1 id="title">Sandboxes</h1>
        <span class="muted" data-testid="shown-count">
          {rows.length === 1 ? '1 shown' : `${rows.length.toLocaleString()} shown`}
        </span>
        <span class="spacer" />
        <a class="button primary" href="#/start">
          <Icon name="plus" /> Start
        </a>
      </header>
      <FilterBar filter={filter} change={change} counted={countByState(fitting)} templates={templatesOf(all)} />
      {rows.length > 0 ? (
        <SandboxRows rows={rows} hasTenant={new Set(all.map(({ tenant }) => tenant)).size > 1} />
      ) : (
        <Nothing isFiltered={all.length > 0} />
      )}
    </section>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isListed.value) return <p class="empty">Reading the list…</p>;
  if (isFiltered) return <p class="empty">No sandbox fits the filter.</p>;
  return (
    <div class="empty">
      <p>There is no sandbox yet.</p>
      <a class="button primary" href="#/start">
        <Icon name="plus" /> Start the first
      </a>
    </div>
  );
}

/** Deleted ones are read when they are asked for: they are many, and seldom looked at. */
function useDeleted(isWanted: boolean): void {
  const isRead = useRef(false);
  useEffect(() => {
    if (!isWanted || isRead.current) return;
    isRead.current = true;
    void attempt(async () => {
      for (const view of await listDeleted(connection())) noteAnswer(view);
    });
  }, [isWanted]);
}

function countByState(views: readonly SandboxView[]): ReadonlyMap<string, number> {
  const counted = new Map<string, number>();
  for (const { state } of views) counted.set(state, (counted.get(state) ?? 0) + 1);
  return counted;
}

function templatesOf(views: readonly SandboxView[]): readonly string[] {
  return [...new Set(views.flatMap(({ template }) => template ?? []))].sort();
}
