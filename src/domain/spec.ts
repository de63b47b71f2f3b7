import { z } from 'zod';
import type { Lifetime, Resources, Sandbox } from './sandbox.ts';
import type { Template } from './template.ts';

export const SPEC_VERSION = 1;

/** A field added later gets a default here: that is how a spec of an older version is read. */
const specSchema = z.object({
  version: z.number().int().min(0).max(SPEC_VERSION).default(0),
  env: z.record(z.string(), z.string()).default({}),
  user: z.string().nullable().default(null),
  workdir: z.string().nullable().default(null),
  /** As the template says; never for an image that the caller named. */
  sudo: z.boolean().default(false),
  /** argv of the main process; null = the sandbox idles. */
  command: z.array(z.string()).min(1).nullable().default(null),
  /** False: ports other than the agent's need the sandbox's traffic token. */
  allowPublicTraffic: z.boolean().default(true),
  /** The Host that programs inside see, `${PORT}` replaced; null = as the client sent it. */
  maskRequestHost: z.string().nullable().default(null),
});

/** What cannot be read back from a container and is written once, at the start. */
export type Spec = z.infer<typeof specSchema>;

export function writeSpec(spec: Omit<Spec, 'version'>): string {
  return JSON.stringify({ ...spec, version: SPEC_VERSION });
}

export type SpecReading =
  | { readonly outcome: 'ok'; readonly spec: Spec }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'unreadable'; readonly message: string };

/** Reads a stored spec of this version or of an older one; a newer or broken one is unreadable, never guessed at. */
export function readSpec(stored: string | null): SpecReading {
  if (stored === null || stored === '') return { outcome: 'missing' };
  let json: unknown;
  try {
    json = JSON.parse(stored);
  } catch {
    return { outcome: 'unreadable', message: 'the stored spec is not JSON' };
  }
  const parsed = specSchema.safeParse(json);
  if (parsed.success) return { outcome: 'ok', spec: { ...parsed.data, version: SPEC_VERSION } };
  return { outcome: 'unreadable', message: 'the stored spec has an unknown version or form' };
}

/** What a restart lacks: empty when the recorded container, or a readable spec for a new one, is there. */
export function missingForRestart(row: Sandbox): readonly string[] {
  if (row.ranOnce) return row.containerId === null ? ['containerId'] : [];
  const missing: string[] = [];
  if (readSpec(row.spec).outcome !== 'ok') missing.push('spec');
  if (row.image === '') missing.push('image');
  return missing;
}

/** A start as asked for: fields left out are undefined. */
export interface StartWish {
  readonly id?: string | undefined;
  readonly template?: string | undefined;
  readonly image?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly user?: string | undefined;
  readonly workdir?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly resources?: { readonly [K in keyof Resources]?: Resources[K] | undefined } | undefined;
  readonly runtime?: string | undefined;
  readonly internet?: boolean | undefined;
  readonly allowPublicTraffic?: boolean | undefined;
  readonly maskRequestHost?: string | undefined;
  /** Traffic to the paused sandbox resumes it. */
  readonly autoResume?: boolean | undefined;
  /** A start that fails leaves nothing behind. */
  readonly deleteIfUnstarted?: boolean | undefined;
  readonly lifetime?: { readonly [K in keyof Lifetime]?: Lifetime[K] | undefined } | undefined;
}

export interface StartDefaults {
  readonly runtime: string;
  readonly resources: Resources;
  readonly timeoutSeconds: number;
}

/** A start with every default filled in, so that `{}` and the explicit defaults are the same. */
export interface NormalisedStart {
  readonly template: string | null;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly resources: Resources;
  readonly runtime: string;
  readonly internet: boolean;
  readonly lifetime: Lifetime;
  readonly autoResume: boolean;
  readonly deleteIfUnstarted: boolean;
  readonly spec: Omit<Spec, 'version'>;
}

/** `template` is null when the caller named an image of its own. */
export function normaliseStart(wish: StartWish, template: Template | null, defaults: StartDefaults): NormalisedStart {
  const resources = { ...defaults.resources, ...defined(template?.resources ?? {}), ...defined(wish.resources ?? {}) };
  return {
    template: template?.name ?? null,
    image: wish.image ?? template?.image ?? '',
    labels: { ...wish.labels },
    resources,
    runtime: wish.runtime ?? defaults.runtime,
    internet: wish.internet ?? true,
    lifetime: {
      timeoutSeconds: defaults.timeoutSeconds,
      idleSeconds: null,
      onTimeout: 'stop',
      autoDeleteSeconds: null,
      ...defined(wish.lifetime ?? {}),
    },
    autoResume: wish.autoResume ?? false,
    deleteIfUnstarted: wish.deleteIfUnstarted ?? false,
    spec: {
      env: { ...template?.env, ...wish.env },
      user: wish.user ?? template?.user ?? null,
      workdir: wish.workdir ?? template?.workdir ?? null,
      sudo: template?.sudo ?? false,
      command: wish.command === undefined ? null : [...wish.command],
      allowPublicTraffic: wish.allowPublicTraffic ?? true,
      maskRequestHost: wish.maskRequestHost ?? null,
    },
  };
}

/** Without the members that are undefined, so that a spread never erases a default. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  }; // holds: undefined members are gone
}
