import type { FileEntry } from '../../contract/files.ts';
import { bytes, fullTime } from '../format.ts';
import { Icon } from '../parts/icon.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';

interface FileRowsProps {
  readonly entries: readonly FileEntry[];
  readonly open: (path: string) => void;
  readonly download: (path: string) => unknown;
  /** undefined = nothing can be removed now. */
  readonly remove: ((path: string) => unknown) | undefined;
}

/** Folders first, then by name. */
export function FileRows({ entries, open, download, remove }: FileRowsProps) {
  const sorted = entries.toSorted(
    (one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name, undefined, { numeric: true }),
  );
  if (sorted.length === 0) return <p class="empty">The folder is empty.</p>;
  return (
    <ScrollBox label="Files">
      <table class="plain file-rows">
        <thead>
          <tr>
            <th>Name</th>
            <th class="num">Size</th>
            <th class="wide-only">Mode</th>
            <th class="wide-only">Owner</th>
            <th class="wide-only">Modified</th>
            <th>
              <span class="hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((entry) => (
            <tr key={entry.path}>
              <td>
                <Name entry={entry} open={open} download={download} />
              </td>
              <td class="num">{entry.type === 'file' ? bytes(entry.size) : ''}</td>
              <td class="wide-only mono muted">{entry.mode}</td>
              <td class="wide-only muted">
                {entry.owner}:{entry.group}
              </td>
              <td class="wide-only muted">{fullTime(entry.modifiedAt)}</td>
              <td class="row-tools">
                {entry.type === 'file' && (
                  <button
                    type="button"
                    class="icon-button"
                    aria-label={`Download ${entry.name}`}
                    onClick={() => download(entry.path)}
                  >
                    <Icon name="download" />
                  </button>
                )}
                {remove !== undefined && (
                  <button
                    type="button"
                    class="icon-button"
                    aria-label={`Remove ${entry.name}`}
                    onClick={() => remove(entry.path)}
                  >
                    <Icon name="trash" />
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

interface NameProps {
  readonly entry: FileEntry;
  readonly open: (path: string) => void;
  readonly download: (path: string) => unknown;
}

function Name({ entry, open, download }: NameProps) {
  const { type, name, path, symlinkTarget } = entry;
  const isFolder = type === 'directory' || type === 'symlink';
  return (
    <span class="file-name">
      <Icon name={isFolder ? 'folder' : 'file'} />
      <button type="button" class="link" onClick={() => (isFolder ? open(path) : download(path))}>
        {name}
      </button>
      {symlinkTarget !== undefined && <span class="muted"> to {symlinkTarget}</span>}
    </span>
  );
}

function rank({ type }: FileEntry): number {
  return type === 'directory' ? 0 : 1;
}
