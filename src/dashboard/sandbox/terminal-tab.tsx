import { useEffect, useRef, useState } from 'preact/hooks';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { Icon } from '../parts/icon.tsx';
import type { TerminalEnd } from './terminal.ts';

/** A shell in it. */
export function TerminalTab({ view }: { readonly view: SandboxView }) {
  const box = useRef<HTMLDivElement>(null);
  const [attempt, setAttempt] = useState(1);
  const [ended, setEnded] = useState<TerminalEnd | null>(null);
  const isRunning = view.state === 'running';
  // Each attempt is a shell of its own, and so is each run.
  useEffect(() => {
    const element = box.current;
    if (element === null || !isRunning) return undefined;
    const left = new AbortController();
    setEnded(null);
    void import('./terminal.ts').then(
      ({ runTerminal }) =>
        runTerminal(view.id, element, left.signal).then((end) => !left.signal.aborted && setEnded(end)),
      () =>
        left.signal.aborted ||
        setEnded({ message: 'The terminal could not be loaded: reload this page, it was renewed meanwhile.' }),
    );
    return () => left.abort();
  }, [view.id, view.incarnation, isRunning, attempt]);
  const note = isRunning ? ended?.message : `It is ${view.state}: a terminal needs it running.`;
  return (
    <div class="terminal-tab">
      {note !== undefined && (
        <p class="terminal-note" role="status">
          <span>{note}</span>
          {isRunning && (
            <button type="button" class="button" onClick={() => setAttempt(attempt + 1)}>
              <Icon name="restart" /> New shell
            </button>
          )}
        </p>
      )}
      <div class="terminal-box">
        <div ref={box} key={attempt} />
      </div>
    </div>
  );
}
