import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { LogLine } from '../../contract/logs.ts';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { logLines } from '../../sdk/log-lines.ts';
import { fullTime, timeOfDay } from '../format.ts';
import { errorMessage } from '../parts/error-text.ts';
import { connection } from '../session.ts';
import { type LogRow, withLines } from './log-rows.ts';

const TAIL_LINES = 2_000;
const SHOWN_EVERY_MS = 100;
/** So near to the end the view follows what comes. */
const AT_END_PX = 40;

/** The log of its main process, as it is written. */
export function LogsTab({ view }: { readonly view: SandboxView }) {
  const { rows, note } = useLog(view);
  const [search, setSearch] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const shown = search === '' ? rows : rows.filter(({ text }) => text.toLowerCase().includes(search.toLowerCase()));
  // It scrolls after new rows were drawn.
  useLayoutEffect(() => {
    if (isAtEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [shown]);
  const look = () => {
    const { current } = box;
    if (current !== null) isAtEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < AT_END_PX;
  };
  return (
    <div class="logs">
      <div class="tab-tools">
        <input
          type="search"
          aria-label="Search in the log"
          placeholder="Search in the log…"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <span class="muted small" role="status">
          {note}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard. */}
      <div class="log-box" ref={box} onScroll={look} tabIndex={0} role="log" aria-live="off" aria-label="Log">
        {shown.length === 0 && <p class="muted">Nothing was written{search === '' ? ' yet' : ' that fits'}.</p>}
        {shown.map(({ key, at, stream, text }) => (
          <div key={key} class={`log-row ${stream}`}>
            <time title={fullTime(at)}>{timeOfDay(at)}</time>
            <span>{text}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

function useLog({ id, incarnation, state }: SandboxView) {
  const [rows, setRows] = useState<readonly LogRow[]>([]);
  const [note, setNote] = useState('');
  const isEnded = state === 'deleted' || state === 'stopped';
  // A new run is a new log to follow.
  useEffect(() => {
    const left = new AbortController();
    let arrived: LogLine[] = [];
    const drawn = setInterval(() => {
      const lines = arrived;
      arrived = [];
      if (lines.length > 0) setRows((before) => withLines(before, lines));
    }, SHOWN_EVERY_MS);
    setRows([]);
    setNote(isEnded ? 'reading' : 'following');
    const read = async () => {
      const options = { tail: TAIL_LINES, follow: !isEnded, signal: left.signal };
      for await (const line of logLines(connection(), id, options)) arrived.push(line);
    };
    read().then(
      () => setNote('ended'),
      (error: unknown) => left.signal.aborted || setNote(errorMessage(error)),
    );
    return () => {
      left.abort();
      clearInterval(drawn);
    };
  }, [id, incarnation, isEnded]);
  return { rows, note };
}
