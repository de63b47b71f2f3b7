import type { SandboxView } from '../../contract/sandbox-view.ts';
import { listProcesses } from '../../sdk/observe.ts';
import { bytes } from '../format.ts';
import { usePolled } from '../parts/polled.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { connection } from '../session.ts';

const EVERY_MS = 3_000;

/** Processes inside, largest memory first. */
export function ProcessesTab({ view }: { readonly view: SandboxView }) {
  const isRunning = view.state === 'running';
  const { value, error } = usePolled({
    key: `${view.id} ${isRunning}`,
    everyMs: isRunning ? EVERY_MS : null,
    ask: async (signal) => (isRunning ? listProcesses(connection(), view.id, signal) : []),
  });
  if (!isRunning) return <p class="empty">It has no processes while it is {view.state}.</p>;
  if (value === undefined) return <p class="empty">{error ?? 'Looking…'}</p>;
  return (
    <ScrollBox label="Processes">
      <table class="plain">
        <thead>
          <tr>
            <th class="num">Pid</th>
            <th class="wide-only">User</th>
            <th class="num">Memory</th>
            <th class="num">Cpu time</th>
            <th>Command</th>
          </tr>
        </thead>
        <tbody>
          {value.map(({ pid, user, rssBytes, cpuSeconds, command }) => (
            <tr key={pid}>
              <td class="num">{pid}</td>
              <td class="wide-only">{user}</td>
              <td class="num">{bytes(rssBytes)}</td>
              <td class="num">{cpuSeconds.toFixed(1)} s</td>
              <td>
                <code class="cut" title={command}>
                  {command}
                </code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
