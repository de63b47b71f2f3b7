import { mebibytes } from '../format.ts';
import { TimeChart } from '../parts/time-chart.tsx';
import { latestCapacity, memoryPoints } from './memory-record.ts';

/** MiB. */
const STEPS = Array.from({ length: 16 }, (_, power) => 256 * 2 ** power);

/** Memory of the host over the last hour. */
export function HostMemory() {
  const points = memoryPoints.value;
  const room = latestCapacity.value;
  return (
    <div class="panel">
      <TimeChart
        title="Host memory"
        timesMs={points.map(({ atMs }) => atMs)}
        format={mebibytes}
        steps={STEPS}
        note={
          room?.pressure
            ? `of ${mebibytes(room.pressure.limitMb)}; the last hour, or since the service began`
            : undefined
        }
        lines={[
          { label: 'in use', colour: '--accent', isFilled: true, values: points.map(({ usedMb }) => usedMb) },
          { label: 'reserved by sandboxes', colour: '--blue', values: points.map(({ reservedMb }) => reservedMb) },
        ]}
      />
    </div>
  );
}
