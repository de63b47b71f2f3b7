import type { Config } from '../config.ts';
import type { Template } from '../domain/template.ts';
import { readTemplateFile } from '../operations/template-file.ts';

/** An idle sandbox of base took about 13 MiB when this was set (docs/memory.md). */
const BASE_BUDGET_MB = 20;

/** The file may redefine `base`. */
export function fixedTemplates(config: Config): readonly Template[] {
  const fromFile = config.SANDGLASS_TEMPLATES === null ? [] : readTemplateFile(config.SANDGLASS_TEMPLATES);
  if (fromFile.some(({ name }) => name === 'base')) return fromFile;
  const nothing = { resources: {}, user: null, workdir: null, env: {}, floor: 0 };
  return [
    {
      name: 'base',
      image: config.SANDGLASS_BASE_IMAGE,
      sudo: true,
      ...nothing,
      memoryBudgetMb: BASE_BUDGET_MB,
      source: 'builtin',
    },
    ...fromFile,
  ];
}
