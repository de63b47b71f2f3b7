import { cruiseSources } from '../cruise-sources.mjs';

/** The folders of src and who really imports whom, as a mermaid diagram. */
export async function layersDiagram() {
  const { modules } = await cruiseSources();
  const arrows = modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(({ resolved }) => resolved.startsWith('src/'))
      .map(({ resolved }) => [layerOf(source), layerOf(resolved)])
      .filter(([from, to]) => from !== to && to !== EVERYWHERE)
      .map(([from, to]) => `  ${from} --> ${to}`),
  );
  const layers = new Set(modules.map(({ source }) => layerOf(source)));
  return ['flowchart TD', ...[...layers].sort().map((layer) => `  ${layer}`), ...[...new Set(arrows)].sort()];
}

function layerOf(path) {
  return path.split('/')[1];
}

// All folders but two may log, so arrows to it would say nothing.
const EVERYWHERE = 'observe';
