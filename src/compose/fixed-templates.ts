import type { Config } from '../config.ts';
import type { Template } from '../domain/template.ts';
import { readTemplateFile } from '../operations/template-file.ts';

/** The file may redefine `base`. */
export function fixedTemplates(config: Config): readonly Template[] {
  const fromFile = config.SANDGLASS_TEMPLATES === null ? [] : readTemplateFile(config.SANDGLASS_TEMPLATES);
  if (fromFile.some(({ name }) => name === 'base')) return fromFile;
  const nothing = { resources: {}, user: null, workdir: null, env: {}, memoryBudgetMb: null, floor: 0 };
  return [{ name: 'base', image: config.SANDGLASS_BASE_IMAGE, sudo: true, ...nothing, source: 'builtin' }, ...fromFile];
}
