import { pool } from '../../sdk/pool.ts';
import type { PoolSignatureView } from '../../sdk/wire.ts';
import { duration, roughly, timeOfDay } from '../format.ts';
import { recentHappenings } from '../live/feed.ts';
import { usePolled } from '../parts/polled.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { connectionOptions } from '../session.ts';

const EVERY_MS = 3_000;
const MOST_ACTIONS = 40;
const PERCENT = 100;

/** Containers that were started before anybody asked for them, by what they are good for. */
export function PoolPage() {
  const { value, error } = usePolled({
    key: 'pool',
    everyMs: EVERY_MS,
    ask: (signal) => pool({ ...connectionOptions.peek(), signal }),
  });
  return (
    <section class="page" aria-labelledby="title">
      <header class="page-head">
        <h1 id="title">Pool</h1>
        {value !== undefined && <span class="muted">{value.on ? 'on' : 'off: no floor is configured'}</span>}
      </header>
      <p class="muted">
        Warm containers wait, so that a start takes milliseconds. What is used often is kept ready by itself.
      </p>
      {value === undefined ? <p class="empty">{error ?? 'Looking…'}</p> : <Signatures items={value.items} />}
      <PoolActions />
    </section>
  );
}

function Signatures({ items }: { readonly items: readonly PoolSignatureView[] }) {
  if (items.length === 0) return <p class="empty">Nothing is kept warm, and nothing was asked of the pool yet.</p>;
  return (
    <ScrollBox label="Warm containers">
      <table class="plain">
        <thead>
          <tr>
            <th>From</th>
            <th>Tier</th>
            <th>Ready</th>
            <th class="num">Hits</th>
            <th class="num wide-only">Misses</th>
            <th class="num wide-only">Discards</th>
            <th class="num">Claim p50 / p99</th>
            <th class="num wide-only">Oldest</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <SignatureRow key={item.signature} item={item} />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function SignatureRow({ item }: { readonly item: PoolSignatureView }) {
  const { signature, tier, template, image, target, ready, inStart, hits, misses, discards, hitRate, claimMs } = item;
  return (
    <tr data-signature={signature}>
      <td>
        <b>{template ?? image}</b>{' '}
        <span class="muted small">
          <code>{signature}</code> {item.network.internet ? '' : 'closed '}
          {item.runtime}
        </span>
      </td>
      <td>
        <span class={`tier tier-${tier}`}>{tier}</span>
      </td>
      <td>
        <Slots ready={ready} inStart={inStart} target={target} />
      </td>
      <td class="num">
        {hits}
        {hitRate !== null && <span class="muted"> {Math.round(hitRate * PERCENT)} %</span>}
      </td>
      <td class="num wide-only">{misses}</td>
      <td class="num wide-only">{discards}</td>
      <td class="num">{claimMs === null ? '—' : `${duration(claimMs.p50)} / ${duration(claimMs.p99)}`}</td>
      <td class="num wide-only muted">
        {item.oldestReadySeconds === null ? '—' : roughly(item.oldestReadySeconds * 1000)}
      </td>
    </tr>
  );
}

const MOST_DOTS = 24;

/** One mark for each slot: filled when it is ready. */
function Slots({ ready, inStart, target }: Pick<PoolSignatureView, 'ready' | 'inStart' | 'target'>) {
  const missing = Math.max(0, target - ready - inStart);
  const marks = [...Array(ready).fill('ready'), ...Array(inStart).fill('starting'), ...Array(missing).fill('missing')];
  return (
    <span class="slots">
      <span aria-hidden="true">
        {marks.slice(0, MOST_DOTS).map((kind, index) => (
          <span key={index} class={`slot ${kind}`} />
        ))}
      </span>
      <b>{ready}</b> of {target}
      {inStart > 0 && <span class="muted">, {inStart} starting</span>}
    </span>
  );
}

function PoolActions() {
  const actions = recentHappenings()
    .filter(({ what }) => what.startsWith('pool '))
    .toReversed()
    .slice(0, MOST_ACTIONS);
  return (
    <div class="panel">
      <h2>What happened in it</h2>
      {actions.length === 0 ? (
        <p class="muted">Nothing since this page was opened. The service tells administrators only.</p>
      ) : (
        <ul class="happenings">
          {actions.map(({ key, atMs, what, detail }) => (
            <li key={key}>
              <time class="clock muted">{timeOfDay(atMs)}</time> <b>{what.replace('pool ', '')}</b>{' '}
              <span class="muted">{detail}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
