import type { Template } from '../domain/template.ts';

/** Templates registered over the API; those of the file and the built-in one are not stored. */
export interface TemplateStore {
  list(): Promise<readonly Template[]>;
  put(template: Template): Promise<void>;
  /** False when there is none of that name. */
  remove(name: string): Promise<boolean>;
}
