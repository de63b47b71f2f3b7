import { routeCounts } from '../api/counted-fetch.ts';
import { duration } from '../format.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';

/** What this page itself asked for: the service counts all requests at the metrics of its admin listener. */
export function RouteCounts() {
  const counted = [...routeCounts.value.values()].toSorted((one, other) => other.count - one.count);
  return (
    <>
      <p class="muted small">
        Requests of this page. Those of everybody are in <code>sandglass_operations_total</code>, at{' '}
        <code>/metrics</code> of the admin listener.
      </p>
      <ScrollBox label="Requests">
        <table class="plain">
          <thead>
            <tr>
              <th>Route</th>
              <th class="num">Requests</th>
              <th class="num">Failed</th>
              <th class="num">Mean</th>
              <th class="num wide-only">Longest</th>
            </tr>
          </thead>
          <tbody>
            {counted.map(({ route, count, failed, totalMs, longestMs }) => (
              <tr key={route}>
                <td>
                  <code>{route}</code>
                </td>
                <td class="num">{count}</td>
                <td class="num">{failed}</td>
                <td class="num">{duration(totalMs / count)}</td>
                <td class="num wide-only">{duration(longestMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </>
  );
}
