import { useMemo } from 'preact/hooks';
import { nowMs } from '../clock.ts';
import { duration, fullTime, timeOfDay } from '../format.ts';
import { feedVersion, toldTransitions } from '../live/feed.ts';
import { type Operation, operationsOf } from '../live/operations.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';

const MOST = 200;

/** Operations that run, then the last 200 that ended. */
export function OperationRows() {
  const told = toldTransitions();
  const version = feedVersion.value;
  // The list is the same object; its version says when it grew.
  const operations = useMemo(() => operationsOf(told).toReversed(), [version]);
  const running = operations.filter(({ endedMs }) => endedMs === null);
  const ended = operations.filter(({ endedMs }) => endedMs !== null).slice(0, MOST);
  const hasTenant = new Set(operations.map(({ tenant }) => tenant)).size > 1;
  if (operations.length === 0) return <p class="empty">Nothing was done yet.</p>;
  return (
    <>
      <p class="muted small" data-testid="operation-counts">
        {running.length} running, {ended.length} ended
      </p>
      <ScrollBox label="Operations">
        <table class="plain">
          <thead>
            <tr>
              <th>At</th>
              <th>Operation</th>
              <th>Outcome</th>
              <th>Sandbox</th>
              {hasTenant && <th class="wide-only">Tenant</th>}
              <th class="wide-only">By</th>
              <th class="num">Took</th>
            </tr>
          </thead>
          <tbody>
            {[...running, ...ended].map((operation) => (
              <Row key={operation.key} operation={operation} hasTenant={hasTenant} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </>
  );
}

const TONES: Readonly<Record<Operation['outcome'], string>> = {
  running: 'tone-busy moving',
  done: 'tone-good',
  failed: 'tone-bad',
  superseded: 'tone-rest',
};

function Row({ operation, hasTenant }: { readonly operation: Operation; readonly hasTenant: boolean }) {
  const { verb, sandboxId, tenant, actor, beganMs, endedMs, outcome, reason } = operation;
  return (
    <tr data-operation={verb} data-outcome={outcome}>
      <td class="clock muted" title={fullTime(beganMs)}>
        {timeOfDay(beganMs)}
      </td>
      <td>
        <b>{verb}</b>
      </td>
      <td>
        <span class={`state ${TONES[outcome]}`}>
          <span class="dot" />
          {outcome}
        </span>
        {reason !== null && <span class="reason">{reason.replaceAll('_', ' ')}</span>}
      </td>
      <td>
        <a class="id" href={`#/sandboxes/${sandboxId}`}>
          {sandboxId}
        </a>
      </td>
      {hasTenant && <td class="wide-only muted">{tenant}</td>}
      <td class="wide-only muted mono small">{actor}</td>
      <td class="num">
        {/* A transition of its own ended as it began. */}
        {endedMs === beganMs ? '—' : duration((endedMs ?? nowMs.value) - beganMs)}
      </td>
    </tr>
  );
}
