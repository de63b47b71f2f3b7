/** An image name taken apart as the engine does (distribution/reference). */
export interface ImageReference {
  /** `docker.io` where none is named. */
  readonly registry: string;
  /** As the engine's API wants it: everything before the tag or digest. */
  readonly repository: string;
  /** A tag, or a digest with its algorithm. */
  readonly version: string;
}

const LONGEST = 512;
const REFERENCE =
  /^[a-z0-9][a-zA-Z0-9._-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*(:[\w][\w.-]{0,127})?(@[a-z0-9]+:[0-9a-f]{32,})?$/;

/** undefined when it is no name of an image; the tag is `latest` where there is neither tag nor digest. */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > LONGEST || !REFERENCE.test(text)) return undefined;
  const [named = '', digest] = text.split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const repository = colon === -1 ? named : named.slice(0, colon);
  const version = digest ?? (colon === -1 ? 'latest' : named.slice(colon + 1));
  const first = repository.includes('/') ? (repository.split('/')[0] ?? '') : '';
  const isRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  return { registry: isRegistry ? first : 'docker.io', repository, version };
}

/** True for what the engine may be asked about: a reference, or the id of an image. */
export function isImageName(text: string): boolean {
  return /^(sha256:)?[0-9a-f]{12,64}$/.test(text) || parseImageReference(text) !== undefined;
}
