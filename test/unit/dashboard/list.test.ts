import { describe, expect, it } from 'vitest';
import { filterOf, fitsBesidesState, fitsState, queryOf } from '../../../src/dashboard/list/filter.ts';
import {
  byCreation,
  noteList,
  noteView,
  type SandboxTable,
  versionsOf,
} from '../../../src/dashboard/live/sandbox-table.ts';
import { sandboxView } from '../../support/sdk/sandbox-view.ts';

const filter = (text: string) => filterOf(new URLSearchParams(text));
const view = sandboxView({
  id: 'k3v9',
  template: 'python',
  labels: { project: 'crawler', owner: 'Mira' },
  state: 'running',
});

describe('a filter of the list', () => {
  it('is in the address what it is on the page', () => {
    const text = 'state=running%2Cstopped&template=python&label=project%3Acrawler&q=mira';
    expect(queryOf(filter(text)).toString()).toBe(text);
    expect(queryOf(filter('')).toString()).toBe('');
  });

  it('without states keeps all but deleted ones, with states those only', () => {
    expect(fitsState('stopped', filter(''))).toBe(true);
    expect(fitsState('deleted', filter(''))).toBe(false);
    expect(fitsState('deleted', filter('state=deleted'))).toBe(true);
    expect(fitsState('stopped', filter('state=deleted'))).toBe(false);
  });

  it.each([
    ['q=K3V', true],
    ['q=owner:mira', true],
    ['q=nobody', false],
    ['label=project', true],
    ['label=project:crawler', true],
    ['label=project:craw', false],
    ['label=toString', false],
    ['template=python', true],
    ['template=base', false],
    ['template=python&label=owner:Mira&q=k3', true],
  ])('%s: %s', (text, fits) => {
    expect(fitsBesidesState(view, filter(text))).toBe(fits);
  });
});

describe('the table of sandboxes', () => {
  const tableOf = (...views: ReturnType<typeof sandboxView>[]): SandboxTable =>
    new Map(views.map((one) => [one.id, one]));

  it('takes nothing that is older than what it has', () => {
    const table = tableOf(sandboxView({ id: 'a', version: 3, state: 'stopped' }));
    noteView(table, sandboxView({ id: 'a', version: 2, state: 'running' }));
    expect(table.get('a')?.state).toBe('stopped');
    noteView(table, sandboxView({ id: 'a', version: 4, state: 'pending' }));
    expect(table.get('a')?.state).toBe('pending');
  });

  it('drops what a list lacks, but not what was heard of after it was asked for, nor tombstones', () => {
    const [gone, moved, deleted] = ['gone', 'moved', 'dead'].map((id) =>
      sandboxView({ id, version: 1, state: id === 'dead' ? 'deleted' : 'running' }),
    );
    if (!gone || !moved || !deleted) throw new Error('three views');
    const table = tableOf(gone, moved, deleted);
    const before = versionsOf(table);
    noteView(table, { ...moved, version: 2 });
    noteView(table, sandboxView({ id: 'fresh', version: 1 }));
    noteList(table, [], before);
    expect([...table.keys()].sort()).toEqual(['dead', 'fresh', 'moved']);
  });

  it('is in one order: newest first, and by id where that says nothing', () => {
    const at = (id: string, createdAt: string) => sandboxView({ id, createdAt });
    const views = [
      at('b', '2026-01-01T00:00:00.000Z'),
      at('c', '2026-01-01T00:00:00.000Z'),
      at('a', '2026-01-02T00:00:00.000Z'),
    ];
    expect(views.sort(byCreation).map(({ id }) => id)).toEqual(['a', 'c', 'b']);
  });
});
