import { InvalidArgumentError } from 'commander';

/** What the service takes too, so that a wrong one is known before anybody is asked. */
function matching(pattern: RegExp, what: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(`It is ${what}.`);
  };
}

export const imageName = matching(
  /^(?=.{1,255}$)(sha256:[0-9a-f]{12,64}|[a-z0-9][a-zA-Z0-9._-]*(:\d{1,5})?(\/[a-z0-9][a-z0-9._-]*)*(:\w[\w.-]{0,127})?(@[a-z0-9]+:[0-9a-f]{32,128})?)$/,
  'the name of an image, such as name:tag or registry/name@sha256:digest',
);
export const templateName = matching(
  /^[a-z0-9][a-z0-9._-]{0,62}$/,
  'the name of a template: lower-case letters, digits, dot, dash or underscore',
);
export const runtimeName = matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'the name of a container runtime');
export const userName = matching(
  /^([A-Za-z_][A-Za-z0-9_.-]{0,31}|\d{1,10})(:([A-Za-z_][A-Za-z0-9_.-]{0,31}|\d{1,10}))?$/,
  'name or uid, with :group or :gid if wanted',
);
export const absolutePath = matching(/^\/\P{Cc}{0,4095}$/u, 'an absolute path, without control characters');
export const plainText = matching(/^\P{Cc}{1,255}$/u, '1 to 255 characters without control characters');
