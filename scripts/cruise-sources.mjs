import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/** What dependency-cruiser finds under src of the current folder, by the rules of .dependency-cruiser.mjs. */
export async function cruiseSources() {
  const options = await extractDepcruiseOptions('./.dependency-cruiser.mjs');
  const tsConfig = extractTSConfig('tsconfig.json');
  const { output } = await cruise(['src'], options, undefined, { tsConfig });
  return {
    modules: output.modules.filter(({ source }) => source.startsWith('src/')),
    violations: output.summary.violations,
  };
}
