import type { PullProgress } from '../../ports/container-runtime.ts';

/** A line of the engine's pull stream. */
export interface PullLine {
  readonly id?: string | undefined;
  readonly status?: string | undefined;
  readonly error?: string | undefined;
  readonly progressDetail?: { readonly current?: number | undefined; readonly total?: number | undefined } | undefined;
}

interface Layer {
  readonly downloadedBytes: number;
  readonly extractedBytes: number;
  readonly totalBytes: number;
  readonly isDownloaded: boolean;
}

/** All layers together. While downloading, bytes are downloaded ones; from `extracting` on, extracted ones. */
export interface PullState {
  readonly layers: ReadonlyMap<string, Layer>;
  readonly isDone: boolean;
}

export const PULL_BEGUN: PullState = { layers: new Map(), isDone: false };

export function advancePull(state: PullState, line: PullLine): PullState {
  const status = line.status ?? '';
  if (/^(Status: |Digest: )/.test(status)) return { ...state, isDone: status.startsWith('Status: ') || state.isDone };
  const before = state.layers.get(line.id ?? '');
  const after = advanceLayer(before ?? NEW_LAYER, status, line.progressDetail ?? {});
  if (line.id === undefined || after === undefined) return state;
  return { ...state, layers: new Map(state.layers).set(line.id, after) };
}

const NEW_LAYER: Layer = { downloadedBytes: 0, extractedBytes: 0, totalBytes: 0, isDownloaded: false };

/** undefined for a line that is not about a layer. */
function advanceLayer(
  layer: Layer,
  status: string,
  bytes: { current?: number | undefined; total?: number | undefined },
): Layer | undefined {
  const { current = 0, total = layer.totalBytes } = bytes;
  const totalBytes = Math.max(layer.totalBytes, total);
  switch (status) {
    case 'Pulling fs layer':
    case 'Waiting':
      return layer;
    case 'Downloading':
      return { ...layer, totalBytes, downloadedBytes: Math.max(layer.downloadedBytes, current) };
    case 'Verifying Checksum':
    case 'Download complete':
      return { ...layer, isDownloaded: true, downloadedBytes: totalBytes };
    case 'Extracting':
      return { ...layer, totalBytes, isDownloaded: true, downloadedBytes: totalBytes, extractedBytes: current };
    case 'Pull complete':
    case 'Already exists':
      return { ...layer, isDownloaded: true, downloadedBytes: totalBytes, extractedBytes: totalBytes };
    default:
      return undefined;
  }
}

export function progressOf(state: PullState): PullProgress {
  const layers = [...state.layers.values()];
  const sum = (bytesOf: (layer: Layer) => number) => layers.reduce((total, layer) => total + bytesOf(layer), 0);
  const totalBytes = sum((layer) => layer.totalBytes);
  if (state.isDone) return { phase: 'done', currentBytes: totalBytes, totalBytes };
  if (layers.length === 0) return { phase: 'resolving', currentBytes: 0, totalBytes: 0 };
  if (layers.every((layer) => layer.isDownloaded)) {
    return { phase: 'extracting', currentBytes: sum((layer) => layer.extractedBytes), totalBytes };
  }
  return { phase: 'downloading', currentBytes: sum((layer) => layer.downloadedBytes), totalBytes };
}
