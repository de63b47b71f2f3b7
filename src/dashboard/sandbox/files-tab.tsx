import { useState } from 'preact/hooks';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { type SandboxFiles, sandboxFiles } from '../../sdk/files.ts';
import { goTo, place } from '../navigation.ts';
import { confirm } from '../parts/confirm.tsx';
import { Icon } from '../parts/icon.tsx';
import { attempt, say } from '../parts/notices.tsx';
import { usePolled } from '../parts/polled.ts';
import { connection } from '../session.ts';
import { FileRows } from './file-rows.tsx';
import { joined, parentOf } from './paths.ts';
import { saveAs } from './save-as.ts';

const READABLE: readonly SandboxView['state'][] = ['running', 'stopped'];

/** Its files: those of a stopped one can be read, those of a running one written too. */
export function FilesTab({ view }: { readonly view: SandboxView }) {
  const isRunning = view.state === 'running';
  const [round, setRound] = useState(1);
  const asked = place.value.query.get('path') ?? (isRunning ? '.' : '/');
  const files = sandboxFiles(connection(), view.id);
  const { value, error } = usePolled({
    key: `${view.id} ${asked} ${view.state} ${round}`,
    everyMs: null,
    ask: async (signal) => ({ asked, ...(await files.list(asked, { signal })) }),
  });
  if (!READABLE.includes(view.state)) return <p class="empty">Files can be read while it is running or stopped.</p>;
  const first = value?.asked === asked ? value.entries[0] : undefined;
  const folder = asked.startsWith('/') || first === undefined ? asked : parentOf(first.path);
  const open = (path: string) => goTo(`/sandboxes/${view.id}/files?path=${encodeURIComponent(path)}`);
  const changed = () => setRound(round + 1);
  const upload = (chosen: readonly File[]) => writeAll(files, folder, chosen).then(changed);
  return (
    <div class="files">
      <div class="tab-tools">
        <button type="button" class="icon-button" aria-label="Parent folder" onClick={() => open(parentOf(folder))}>
          <Icon name="up" />
        </button>
        <PathInput key={folder} folder={folder} open={open} />
        {isRunning && <UploadButton upload={upload} />}
      </div>
      {error !== null && <p class="refusal">{error}</p>}
      {value === undefined && error === null && <p class="empty">Reading…</p>}
      {value !== undefined && (
        <FileRows
          entries={value.entries}
          open={open}
          download={(path) => attempt(async () => saveAs(path, await files.read(path)))}
          remove={isRunning ? (path) => removeOne(files, path).then(changed) : undefined}
        />
      )}
      {value?.truncated === true && <p class="muted">There are more than are listed.</p>}
    </div>
  );
}

async function writeAll(files: SandboxFiles, folder: string, chosen: readonly File[]): Promise<void> {
  for (const file of chosen) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const written = await attempt(() => files.write(joined(folder, file.name), bytes));
    if (written !== undefined) say(`${written.path} is written.`);
  }
}

async function removeOne(files: SandboxFiles, path: string): Promise<void> {
  const question = { title: `Remove ${path}?`, text: 'It cannot be brought back.', verb: 'Remove', isDangerous: true };
  if (await confirm(question)) await attempt(() => files.remove(path));
}

interface PathInputProps {
  readonly folder: string;
  readonly open: (path: string) => void;
}

function PathInput({ folder, open }: PathInputProps) {
  const [path, setPath] = useState(folder);
  const submit = (event: Event) => {
    event.preventDefault();
    open(path === '' ? '/' : path);
  };
  return (
    <form class="path-form" onSubmit={submit}>
      <input
        type="text"
        aria-label="Folder"
        class="mono"
        spellcheck={false}
        value={path}
        onInput={(event) => setPath(event.currentTarget.value)}
      />
    </form>
  );
}

/** Takes what is chosen, and what is dropped on it. */
function UploadButton({ upload }: { readonly upload: (chosen: readonly File[]) => Promise<void> }) {
  return (
    <label class="button upload">
      <Icon name="upload" /> Upload
      <input
        type="file"
        multiple
        onChange={(event) => {
          const input = event.currentTarget;
          void upload([...(input.files ?? [])]).then(() => {
            input.value = '';
          });
        }}
      />
    </label>
  );
}
