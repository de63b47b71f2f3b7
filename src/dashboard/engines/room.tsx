import type { CapacityView } from '../../sdk/wire.ts';
import { mebibytes } from '../format.ts';

const PERCENT = 100;
const NEARLY_FULL = 80;

/** How much of the engine is taken. */
export function Room({ room }: { readonly room: CapacityView }) {
  const { pressure, disk, reservedMb, limitMb, overcommit, waiting, refuses } = room;
  return (
    <div class="panel">
      <h2>Room</h2>
      <div class="gauges">
        {pressure !== null && (
          <Gauge title={`Memory in use (${pressure.source})`} used={pressure.usedMb} of={pressure.limitMb} />
        )}
        {limitMb !== null && (
          <Gauge title={`Memory reserved (${overcommit} times overcommitted)`} used={reservedMb} of={limitMb} />
        )}
        {disk !== null && <Gauge title="Disk" used={disk.totalMb - disk.freeMb} of={disk.totalMb} />}
      </div>
      <p class={refuses === null ? 'muted' : 'refusal'}>
        {refuses === null
          ? 'The next start would not wait.'
          : `The next start would wait: ${refuses.replaceAll('_', ' ')}.`}{' '}
        {waiting > 0 && `${waiting} wait now.`}
      </p>
    </div>
  );
}

interface GaugeProps {
  readonly title: string;
  /** MiB. */
  readonly used: number;
  readonly of: number;
}

function Gauge({ title, used, of }: GaugeProps) {
  const percent = of === 0 ? 0 : Math.min(PERCENT, (used / of) * PERCENT);
  return (
    <div class="gauge">
      <span>{title}</span>
      <b>
        {mebibytes(used)} <span class="muted">of {mebibytes(of)}</span>
      </b>
      <span class={`bar${percent > NEARLY_FULL ? ' high' : ''}`} aria-hidden="true">
        <span style={{ width: `${percent}%` }} />
      </span>
    </div>
  );
}
