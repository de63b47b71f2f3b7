import type { EngineView } from '../../contract/engine.ts';
import type { TemplateView } from '../../contract/template.ts';
import { latestCapacity } from '../activity/memory-record.ts';
import { listEngines, listTemplates } from '../api/operations-calls.ts';
import { mebibytes } from '../format.ts';
import { usePolled } from '../parts/polled.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { connection } from '../session.ts';
import { Room } from './room.tsx';

const EVERY_MS = 10_000;

/** Where sandboxes run, what room there is, and what they are started from. */
export function EnginesPage() {
  const engines = usePolled({ key: 'engines', everyMs: EVERY_MS, ask: (signal) => listEngines(connection(), signal) });
  const templates = usePolled({
    key: 'templates',
    everyMs: null,
    ask: (signal) => listTemplates(connection(), signal),
  });
  const room = latestCapacity.value;
  return (
    <section class="page" aria-labelledby="title">
      <header class="page-head">
        <h1 id="title">Engines</h1>
      </header>
      {engines.value === undefined ? (
        <p class="empty">{engines.error ?? 'Looking…'}</p>
      ) : (
        engines.value.map((engine) => <Engine key={engine.name} engine={engine} />)
      )}
      {room !== null && <Room room={room} />}
      <Templates templates={templates.value ?? []} />
    </section>
  );
}

function Engine({ engine }: { readonly engine: EngineView }) {
  if (!engine.reachable) {
    return (
      <div class="panel">
        <h2>
          {engine.name}{' '}
          <span class="state tone-bad">
            <span class="dot" />
            not reachable
          </span>
        </h2>
        <p>Starts are refused until it answers again. What runs on it runs on, as far as anybody knows.</p>
      </div>
    );
  }
  const facts: readonly (readonly [string, string])[] = [
    ['Version', engine.version],
    ['Cpus', String(engine.cpus)],
    ['Memory', mebibytes(engine.memoryMb)],
    ['Storage', `${engine.storageDriver}, disk limits ${engine.diskEnforced ? 'enforced' : 'not enforced'}`],
    ['Control groups', `version ${engine.cgroupVersion}`],
    ['Runtimes', engine.runtimes.join(', ')],
    ['Host', engine.hostIsolated ? 'closed to sandboxes' : 'open to sandboxes'],
    ['Agents reached', engine.agentsReached],
    ['Networks', engine.networks.map(({ name, subnet }) => `${name} ${subnet}`).join(', ')],
  ];
  return (
    <div class="panel">
      <h2>
        {engine.name}{' '}
        <span class="state tone-good">
          <span class="dot" />
          reachable
        </span>
      </h2>
      <dl class="facts many">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Templates({ templates }: { readonly templates: readonly TemplateView[] }) {
  return (
    <div class="panel">
      <h2>Templates</h2>
      <ScrollBox label="Templates" isBare>
        <table class="plain">
          <thead>
            <tr>
              <th>Name</th>
              <th>Image</th>
              <th class="wide-only">User</th>
              <th class="num">Kept warm</th>
              <th class="wide-only">From</th>
            </tr>
          </thead>
          <tbody>
            {templates.map(({ name, image, user, floor, source }) => (
              <tr key={name}>
                <td>
                  <a href={`#/start?template=${encodeURIComponent(name)}`}>{name}</a>
                </td>
                <td>
                  <code>{image}</code>
                </td>
                <td class="wide-only">{user ?? '—'}</td>
                <td class="num">{floor}</td>
                <td class="wide-only muted">{source}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </div>
  );
}
