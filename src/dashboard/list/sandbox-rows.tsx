import { useRef } from 'preact/hooks';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { nowMs } from '../clock.ts';
import { fullTime, mebibytes, roughly } from '../format.ts';
import { goTo } from '../navigation.ts';
import { Remaining } from '../parts/remaining.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { useRowsInView } from './rows-in-view.ts';

const ROW_PX = 44;

interface SandboxRowsProps {
  readonly rows: readonly SandboxView[];
  /** Whether rows of several tenants are among them, as administrators see. */
  readonly hasTenant: boolean;
}

/** A table of any length: only rows near what is seen are there. */
export function SandboxRows({ rows, hasTenant }: SandboxRowsProps) {
  const box = useRef<HTMLDivElement>(null);
  const { from, to } = useRowsInView(box, rows.length, ROW_PX);
  return (
    <div class="table-box" ref={box}>
      <table class="rows" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th class="w-state">State</th>
            <th>Sandbox</th>
            <th class="wide-only">From</th>
            <th class="w-left">Time left</th>
            <th class="wide-only w-size">Size</th>
            {hasTenant && <th class="wide-only w-tenant">Tenant</th>}
            <th class="w-age">Age</th>
          </tr>
        </thead>
        <tbody>
          <Gap rows={from} />
          {rows.slice(from, to).map((view, index) => (
            <Row key={view.id} view={view} place={from + index + 2} hasTenant={hasTenant} />
          ))}
          <Gap rows={rows.length - to} />
        </tbody>
      </table>
    </div>
  );
}

function Gap({ rows }: { readonly rows: number }) {
  return rows > 0 ? <tr class="gap" style={{ height: `${rows * ROW_PX}px` }} /> : null;
}

interface RowProps {
  readonly view: SandboxView;
  readonly place: number;
  readonly hasTenant: boolean;
}

function Row({ view, place, hasTenant }: RowProps) {
  const { id, state, template, image, resources, tenant, createdAt, reason } = view;
  const path = `/sandboxes/${id}`;
  return (
    <tr aria-rowindex={place} data-id={id} onClick={(event) => openUnlessSelecting(event, path)}>
      <td class="w-state">
        <StateBadge state={state} />
        {reason !== null && state === 'stopped' && <span class="reason">{reason.code.replaceAll('_', ' ')}</span>}
      </td>
      <td>
        <a class="id" href={`#${path}`} onKeyDown={moveByArrows}>
          {id}
        </a>
        <Labels labels={view.labels} />
      </td>
      <td class="wide-only">
        <span class="cut" title={image}>
          {template ?? image}
        </span>
      </td>
      <td class="w-left">
        <Remaining view={view} />
      </td>
      <td class="wide-only w-size muted">
        {resources.cpus} cpu · {mebibytes(resources.memoryMb)}
      </td>
      {hasTenant && <td class="wide-only w-tenant muted cut">{tenant}</td>}
      <td class="w-age muted" title={fullTime(createdAt)}>
        {roughly(nowMs.value - Date.parse(createdAt))}
      </td>
    </tr>
  );
}

function Labels({ labels }: { readonly labels: SandboxView['labels'] }) {
  const entries = Object.entries(labels);
  if (entries.length === 0) return null;
  return (
    <span class="labels">
      {entries.map(([name, value]) => (
        <span key={name} class="label">
          {name}:<b>{value}</b>
        </span>
      ))}
    </span>
  );
}

function openUnlessSelecting(event: MouseEvent, path: string): void {
  const isOnLink = event.target instanceof Element && event.target.closest('a') !== null;
  if (!isOnLink && getSelection()?.isCollapsed !== false) goTo(path);
}

/** Up and down go from row to row, and the table follows. */
function moveByArrows(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  if (step === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  const links = [...(event.currentTarget.closest('table')?.querySelectorAll<HTMLElement>('a.id') ?? [])];
  const next = links[links.indexOf(event.currentTarget) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
