import { requestCounts } from '../../sdk/pool.ts';
import type { RequestCountsView } from '../../sdk/wire.ts';
import { duration, fullTime } from '../format.ts';
import { usePolled } from '../parts/polled.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { connectionOptions } from '../session.ts';

const EVERY_MS = 3_000;

/** What the service was asked, by route. */
export function RouteCounts() {
  const { value, error } = usePolled({
    key: 'requests',
    everyMs: EVERY_MS,
    ask: (signal) => requestCounts({ ...connectionOptions.peek(), signal }),
  });
  if (value === undefined) return <p class="empty">{error ?? 'Looking…'}</p>;
  return (
    <>
      <p class="muted small">
        Since {fullTime(Date.parse(value.since))}, by keys of your tenant; administrators see those of everybody. Ports
        of sandboxes are not counted here.
      </p>
      <Counts items={value.items} />
    </>
  );
}

function Counts({ items }: Pick<RequestCountsView, 'items'>) {
  return (
    <ScrollBox label="Requests">
      <table class="plain">
        <thead>
          <tr>
            <th>Route</th>
            <th class="num">Requests</th>
            <th class="num">Refused</th>
            <th class="num">Failed</th>
            <th class="num wide-only">Mean</th>
            <th class="num wide-only">Longest</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ method, route, count, refused, failed, meanMs, longestMs }) => (
            <tr key={`${method} ${route}`}>
              <td>
                <code>
                  {method} {route}
                </code>
              </td>
              <td class="num">{count}</td>
              <td class="num">{refused}</td>
              <td class="num">{failed}</td>
              <td class="num wide-only">{duration(meanMs)}</td>
              <td class="num wide-only">{duration(longestMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
