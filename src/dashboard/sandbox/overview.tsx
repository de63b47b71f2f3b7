import type { SandboxView } from '../../contract/sandbox-view.ts';
import { explanation } from '../../sdk/explain-sandbox.ts';
import { usePolled } from '../parts/polled.ts';
import { connection } from '../session.ts';
import { Charts } from './charts.tsx';
import { Facts } from './facts.tsx';
import { LifetimePanel } from './lifetime-panel.tsx';
import { Timeline } from './timeline.tsx';

export function Overview({ view }: { readonly view: SandboxView }) {
  const explained = usePolled({
    key: `${view.id} ${view.version}`,
    everyMs: null,
    ask: async (signal) => (await explanation(connection(), view.id, signal)).sentence,
  });
  const { reason } = view;
  return (
    <div class="overview">
      {explained.value !== undefined && <p class="sentence">{explained.value}</p>}
      {reason?.logTail !== undefined && reason.code !== 'requested' && (
        <details class="panel log-tail" open>
          <summary>Its last words</summary>
          <pre>{reason.logTail}</pre>
        </details>
      )}
      <div class="columns">
        <div class="column">
          <Charts view={view} />
          <Timeline view={view} />
        </div>
        <div class="column narrow">
          <LifetimePanel view={view} />
          <Facts view={view} />
        </div>
      </div>
    </div>
  );
}
