import type { SandboxView } from '../../contract/sandbox-view.ts';
import { getMetrics } from '../../sdk/observe.ts';
import type { MetricsPoint } from '../../sdk/wire.ts';
import { bytes } from '../format.ts';
import { usePolled } from '../parts/polled.ts';
import { TimeChart } from '../parts/time-chart.tsx';
import { connection } from '../session.ts';

const EVERY_MS = 5_000;
const MEBIBYTE = 1024 ** 2;
const MEMORY_STEPS = Array.from({ length: 16 }, (_, power) => 4 * MEBIBYTE * 2 ** power);
const CPU_STEPS = [5, 10, 25, 50, 100, 200, 400, 800, 1600];

/** Memory and cpu of the last minutes of one that runs. */
export function Charts({ view }: { readonly view: SandboxView }) {
  const { value: points = [], error } = usePolled({
    key: `${view.id} ${view.incarnation}`,
    everyMs: EVERY_MS,
    ask: async (signal) => (await getMetrics(connection(), view.id, { signal })).history,
  });
  return (
    <div class="panel">
      <h2>Use</h2>
      {points.length === 0 ? (
        <p class="muted">{error ?? 'Measured within some seconds…'}</p>
      ) : (
        <Plots points={points} />
      )}
    </div>
  );
}

function Plots({ points }: { readonly points: readonly MetricsPoint[] }) {
  const timesMs = points.map(({ at }) => Date.parse(at));
  const latest = points.at(-1);
  return (
    <div class="plots">
      <TimeChart
        title="Memory"
        timesMs={timesMs}
        format={bytes}
        steps={MEMORY_STEPS}
        note={latest && `of ${bytes(latest.memory.limitBytes)}`}
        lines={[
          {
            label: 'working set',
            colour: '--accent',
            isFilled: true,
            values: points.map(({ memory }) => memory.workingSetBytes),
          },
          { label: 'with cache', colour: '--blue', values: points.map(({ memory }) => memory.usageBytes) },
        ]}
      />
      <TimeChart
        title="Cpu"
        timesMs={timesMs}
        format={(value) => `${Math.round(value)} %`}
        steps={CPU_STEPS}
        note={latest && `of ${latest.cpu.count} cpu`}
        lines={[{ label: 'used', colour: '--good', isFilled: true, values: points.map(({ cpu }) => cpu.usedPct) }]}
      />
      <p class="muted small">
        {latest?.pids ?? 0} processes · disk {bytes(latest?.disk.usedBytes ?? 0)} · peak memory{' '}
        {bytes(latest?.memory.peakBytes ?? 0)} · counted by {latest?.memory.source}
      </p>
    </div>
  );
}
