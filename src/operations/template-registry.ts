import { errorMessage, SandboxError } from '../domain/errors.ts';
import type { Template } from '../domain/template.ts';
import type { Log } from '../observe/logger.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { TemplateStore } from '../ports/template-store.ts';

/** Templates by name: the built-in one, those of the file, those registered over the API (which may not hide the others). */
export interface TemplateRegistry {
  find(name: string): Template | undefined;
  list(): readonly Template[];
  /** Makes sure the engine has the image, then keeps it. Throws `conflict` for a name of the file or the built-in one. */
  register(template: Template): Promise<void>;
  /**
   * Its images are no longer kept; an engine that does not let go of them is logged. False when there is no such
   * template; throws `conflict` for one of the file or the built-in one.
   */
  remove(name: string): Promise<boolean>;
  /** Pulls what the engine lacks and keeps all from prune; failures are logged, a start of that template tells. */
  prepareImages(): Promise<void>;
}

export interface TemplateRegistryDeps {
  readonly fixed: readonly Template[];
  readonly store: TemplateStore;
  readonly runtime: ContainerRuntime;
  readonly log: Log;
}

export async function templateRegistry(deps: TemplateRegistryDeps): Promise<TemplateRegistry> {
  const { fixed, runtime, store, log } = deps;
  const byName = new Map((await store.list()).map((template) => [template.name, template]));
  for (const template of fixed) byName.set(template.name, template);
  const refuseFixed = (name: string) => {
    if (!fixed.some((template) => template.name === name)) return;
    throw new SandboxError('conflict', `The template "${name}" is part of the configuration.`, {
      hint: 'Choose another name, or change SANDGLASS_TEMPLATES.',
    });
  };
  const prepare = async ({ name, image }: Template) => {
    if ((await runtime.findImage(image)) === undefined) {
      log.info({ event: 'image.pull', template: name, image }, 'image of a template not on the engine: pulling it');
      await runtime.pullImage(image);
    }
    await runtime.keepImage(name, image);
  };
  return {
    find: (name) => byName.get(name),
    list: () => [...byName.values()].sort((a, b) => a.name.localeCompare(b.name)),
    async register(template) {
      refuseFixed(template.name);
      await prepare(template);
      await store.put(template);
      byName.set(template.name, template);
    },
    async remove(name) {
      refuseFixed(name);
      byName.delete(name);
      if (!(await store.remove(name))) return false;
      await runtime.releaseImages(name).catch((error: unknown) => {
        const fields = { event: 'template.image_kept', template: name, error: errorMessage(error) };
        log.warn(fields, 'the tags sandglass-keep/ of a template that was removed are still there');
      });
      return true;
    },
    async prepareImages() {
      for (const template of byName.values()) {
        await prepare(template).catch((error: unknown) => {
          const fields = { event: 'template.image_missing', template: template.name, error: errorMessage(error) };
          log.warn(fields, 'the image of a template is not there');
        });
      }
    },
  };
}
