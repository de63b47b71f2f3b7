import type { SandboxView } from '../../contract/sandbox-view.ts';
import { explanation } from '../../sdk/explain-sandbox.ts';
import { usePolled } from '../parts/polled.ts';
import { connection } from '../session.ts';
import { Charts } from './charts.tsx';
import { Facts } from './facts.tsx';
import { LifetimePanel } from './lifetime-panel.tsx';
import { Timeline } from './timeline.tsx';

const MEASURED: readonly SandboxView['state'][] = ['running', 'pausing', 'paused', 'resuming'];

export function Overview({ view }: { readonly view: SandboxView }) {
  const explained = usePolled({
    key: `${view.id} ${view.version}`,
    everyMs: null,
    ask: async (signal) => (await explanation(connection(), view.id, signal)).sentence,
  });
  return (
    <div class="overview">
      {explained.value !== undefined && <p class="sentence">{explained.value}</p>}
      <div class="columns">
        <div class="column">
          <LastWords view={view} />
          {MEASURED.includes(view.state) && <Charts view={view} />}
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

/** The end of its log, of one that ended otherwise than it was told to. */
function LastWords({ view: { reason } }: { readonly view: SandboxView }) {
  if (reason?.logTail === undefined || reason.code === 'requested') return null;
  return (
    <details class="panel log-tail" open>
      <summary>Its last words</summary>
      <pre>{reason.logTail}</pre>
    </details>
  );
}
