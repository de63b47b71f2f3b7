import { z } from 'zod';
import { SandboxError } from './domain/errors.ts';
import type { LifetimePolicy } from './domain/lifetime.ts';

/** One environment variable: how it is read, what it means, and whether its value may be shown. */
interface Setting<T> {
  readonly parse: z.ZodType<T, string | undefined>;
  readonly default: string;
  readonly meaning: string;
  readonly isSecret: boolean;
}

function setting<T>(parse: z.ZodType<T, string | undefined>, fallback: string, meaning: string): Setting<T> {
  return { parse, default: fallback, meaning, isSecret: false };
}

const text = z.string({ error: 'is missing' });
const optional = text.transform((value) => (value === '' ? null : value));
const list = text.transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const flag = z.enum(['0', '1'], { error: 'must be 0 or 1' }).transform((value) => value === '1');
const subnet = text.regex(
  /^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-8])$/,
  'must be an IPv4 subnet such as 10.213.0.0/16, /16 to /28',
);

function number(least: number, most: number) {
  return text
    .regex(/^\d+(\.\d+)?$/, 'must be a number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `must be between ${least} and ${most}` });
}

function whole(least: number, most: number) {
  return number(least, most).refine(Number.isInteger, { error: 'must be a whole number' });
}

const YEAR_SECONDS = 366 * 86_400;
const spanSeconds = number(0, YEAR_SECONDS);
const everySeconds = whole(1, 86_400);

const floors = text.transform((value, context) => {
  const pairs = value.split(',').filter((part) => part.trim() !== '');
  const read = pairs.map((pair) => /^\s*([a-z0-9][a-z0-9._-]{0,62})=(\d{1,4})\s*$/.exec(pair));
  if (read.some((match) => match === null)) context.addIssue({ code: 'custom', message: 'must be TEMPLATE=COUNT,...' });
  return new Map(read.map((match) => [match?.[1] ?? '', Number(match?.[2] ?? 0)] as const));
});

/** Highest share first; the last one holds without pressure. */
const pressure = text.transform((value, context) => {
  const read = value.split(',').map((part) => /^\s*(\d{1,2}):(\d+)\/(\d+)\/(\d+)\s*$/.exec(part));
  const paces = read
    .map((match) => (match ?? []).slice(1).map(Number))
    .map(([percent = 0, every = 0, cold = 0, hot = 0]) => ({
      aboveRatio: percent / 100,
      everyMs: every * 1000,
      ttlMs: { cold: cold * 1000, hot: hot * 1000 },
    }))
    .sort((a, b) => b.aboveRatio - a.aboveRatio);
  const calm = paces.pop();
  const isWhole = read.every((match) => match !== null) && calm?.aboveRatio === 0;
  if (isWhole && [...paces, calm].every(({ everyMs }) => everyMs > 0)) return { calm, pressed: paces };
  context.addIssue({ code: 'custom', message: 'must be PERCENT:EVERY/COLD/HOT,... with a last one of 0 percent' });
  return z.NEVER;
});

/** Every setting of the service, in the order that `sandglass config` lists them. */
export const settings = {
  SANDGLASS_HOST: setting(
    text,
    '127.0.0.1',
    'Address that the API listens on; any but a loopback address needs a key first.',
  ),
  SANDGLASS_PORT: setting(whole(0, 65_535), '4747', 'Port of the API; 0 = any free one.'),
  SANDGLASS_DATA_DIR: setting(
    text,
    './data',
    'Folder of the database, the private Redis and the first key; one service per folder.',
  ),
  SANDGLASS_DATABASE_URL: setting(
    optional.refine((value) => value === null || value.startsWith('sqlite:'), {
      error: 'must be sqlite:FILE (PostgreSQL comes with replicas)',
    }),
    '',
    'sqlite:FILE; empty = sandglass.sqlite in the data directory.',
  ),
  SANDGLASS_SQLITE_SYNCHRONOUS: setting(
    z.enum(['NORMAL', 'FULL']),
    'NORMAL',
    'FULL also survives the loss of power, at the price of an fsync per commit.',
  ),
  SANDGLASS_REDIS_URL: setting(
    text.regex(
      /^(embedded|memory|rediss?:\/\/.+|unix:\/\/.+)$/,
      'must be embedded, memory, redis://..., rediss://... or unix://...',
    ),
    'embedded',
    'Live store: embedded = a private redis-server on a unix socket in the data directory, memory where there is none.',
  ),
  SANDGLASS_DOCKER_HOST: setting(
    text.regex(/^(unix:\/\/\/.+|tcp:\/\/.+|ssh:\/\/.+)$/, 'must be unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST'),
    'unix:///var/run/docker.sock',
    'The engine; tcp takes its TLS files from DOCKER_CERT_PATH.',
  ),
  SANDGLASS_ENGINE_ADDRESS: setting(
    optional,
    '',
    'Where ports published by the engine are reached, for an engine whose containers are not; empty = found by itself.',
  ),
  SANDGLASS_OPEN_SUBNET: setting(
    subnet,
    '10.213.0.0/16',
    'Addresses of sandboxes with internet; used when the network is made.',
  ),
  SANDGLASS_CLOSED_SUBNET: setting(
    subnet,
    '10.214.0.0/16',
    'Addresses of sandboxes without internet; used when the network is made.',
  ),
  SANDGLASS_ALLOW_SANDBOX_CALLERS: setting(
    flag,
    '0',
    '1 = connections from sandbox addresses to the API are not closed.',
  ),
  SANDGLASS_DOMAIN: setting(optional, '', 'Domain under which <port>-<id> names lead here; empty = none.'),
  SANDGLASS_PATH_ROUTING: setting(
    z.enum(['on', 'off'], { error: 'must be on or off' }),
    'on',
    'off = ports of sandboxes are not reached under /sandbox/<id>/<port>/.',
  ),
  SANDGLASS_PROXY_STALL_SECONDS: setting(
    number(0.1, 86_400),
    '120',
    'A stream into a sandbox whose reader takes nothing for so long is closed.',
  ),
  SANDGLASS_ADMIN_HOST: setting(text, '127.0.0.1', 'Address of the metrics listener.'),
  SANDGLASS_ADMIN_PORT: setting(whole(0, 65_535), '9091', 'Port of the metrics listener; 0 = any free one.'),
  SANDGLASS_ADMIN_KEY: {
    ...setting(optional, '', 'An admin key to take instead of making one: e2b_ and 40 hex digits.'),
    isSecret: true,
  },
  SANDGLASS_CORS_ORIGINS: setting(list, '', 'Origins whose pages may call the API, separated by commas; empty = none.'),
  SANDGLASS_TEMPLATES: setting(
    optional,
    '',
    'JSON file of templates: name, image, resources, user, env, memoryBudgetMb, floor.',
  ),
  SANDGLASS_BASE_IMAGE: setting(text, 'sandglass-base:latest', 'Image of the built-in template base.'),
  SANDGLASS_IMAGES: setting(
    list,
    '',
    'Images that role user may start besides those of templates; * matches anything.',
  ),
  SANDGLASS_POOL: setting(
    floors,
    '',
    'Warm containers kept ready, by template, such as base=8,python=2; empty = what templates say, and else none. `npm start` takes base=4.',
  ),
  SANDGLASS_POOL_HOT_USES: setting(whole(1, 1_000), '3', 'Starts of a kind within the window that make it hot.'),
  SANDGLASS_POOL_HOT_WINDOW_SECONDS: setting(number(1, 86_400), '600', 'Window in which starts of a kind are counted.'),
  SANDGLASS_POOL_HOT_FLOOR: setting(whole(0, 1_000), '1', 'Warm containers kept for a kind while it is hot.'),
  SANDGLASS_POOL_MAX_AGE_SECONDS: setting(number(1, YEAR_SECONDS), '21600', 'Older warm containers are replaced.'),
  SANDGLASS_POOL_PRESSURE: setting(
    pressure,
    '80:10/30/120,60:30/60/300,0:60/300/600',
    'Above so many percent of memory: seconds between looks / that an idle cold / hot warm container is kept.',
  ),
  SANDGLASS_START_CONCURRENCY: setting(
    optional.pipe(z.union([z.null(), whole(1, 1_000)])),
    '',
    'Warm containers started at a time; empty = half of the cores.',
  ),
  SANDGLASS_MEMORY_OVERCOMMIT: setting(
    number(0.1, 1_000),
    '4',
    "Memory that sandboxes may reserve together, in the engine's memory.",
  ),
  SANDGLASS_TIMEOUT_DEFAULT_SECONDS: setting(number(0.1, YEAR_SECONDS), '300', 'Timeout of a start that names none.'),
  SANDGLASS_TIMEOUT_MAX_SECONDS: setting(number(0.1, YEAR_SECONDS), '2592000', 'Longest timeout a caller may ask for.'),
  SANDGLASS_AUTO_DELETE_DEFAULT_SECONDS: setting(
    spanSeconds,
    '259200',
    'How long a stopped sandbox is kept when it names nothing.',
  ),
  SANDGLASS_AUTO_DELETE_MAX_SECONDS: setting(spanSeconds, '2592000', 'Longest time a stopped sandbox is kept.'),
  SANDGLASS_PAUSED_MAX_SECONDS: setting(spanSeconds, '86400', 'A sandbox paused for longer is stopped.'),
  SANDGLASS_TOMBSTONE_RETENTION_SECONDS: setting(
    spanSeconds,
    '604800',
    'How long a deleted sandbox is remembered; 0 = not at all.',
  ),
  SANDGLASS_START_TIMEOUT_SECONDS: setting(number(1, 3_600), '300', 'Longest time a start may take.'),
  SANDGLASS_WAIT_SECONDS: setting(number(0, 300), '60', 'How long a lifecycle call waits when it does not say.'),
  SANDGLASS_LIFETIME_SCAN_MS: setting(whole(10, 60_000), '250', 'How often lifetimes and idle times are looked at.'),
  SANDGLASS_AUTO_DELETE_SCAN_SECONDS: setting(
    everySeconds,
    '60',
    'How often stopped sandboxes are looked at for deletion.',
  ),
  SANDGLASS_RECONCILE_SECONDS: setting(everySeconds, '30', 'How often all rows and all containers are compared.'),
  SANDGLASS_PURGE_SECONDS: setting(everySeconds, '3600', 'How often old tombstones are purged.'),
  SANDGLASS_ORPHAN_GRACE_SECONDS: setting(
    spanSeconds,
    '60',
    'Age from which a container of ours without a row is removed.',
  ),
  SANDGLASS_CPUS_DEFAULT: setting(number(0.01, 1_024), '1', 'CPUs of a sandbox that names none.'),
  SANDGLASS_CPUS_MAX: setting(number(0.01, 1_024), '16', 'Most CPUs of one sandbox.'),
  SANDGLASS_MEMORY_DEFAULT_MB: setting(whole(6, 1_048_576), '512', 'Memory of a sandbox that names none, MiB.'),
  SANDGLASS_MEMORY_MAX_MB: setting(whole(6, 1_048_576), '65536', 'Most memory of one sandbox, MiB.'),
  SANDGLASS_PIDS_DEFAULT: setting(whole(1, 65_536), '256', 'Processes of a sandbox that names no bound.'),
  SANDGLASS_ENV_MAX_BYTES: setting(whole(0, 1_048_576), '65536', 'Most bytes of environment of one sandbox.'),
  SANDGLASS_LABELS_MAX: setting(whole(0, 1_024), '64', 'Most labels of one sandbox.'),
  SANDGLASS_LOG_LEVEL: setting(
    z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    'info',
    'Least level that is logged.',
  ),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;
export type Config = { readonly [K in SettingName]: z.output<(typeof settings)[K]['parse']> };
type Environment = Readonly<Record<string, string | undefined>>;

/** Named in the API contract, and read by clients or by parts that are not built yet. */
const KNOWN_ELSEWHERE = ['SANDGLASS_URL', 'SANDGLASS_API_KEY', 'SANDGLASS_ADMIN_URL', 'SANDGLASS_NO_INSTALL'];

/** Reads every setting; throws `invalid_request` naming all wrong ones at once. Values of secrets are never shown. */
export function readConfig(env: Environment): Config {
  const errors: { path: string; message: string }[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { parse, default: fallback }] of Object.entries(settings)) {
    const parsed = parse.safeParse(rawValue(env, name) ?? fallback);
    if (parsed.success) values[name] = parsed.data;
    else errors.push({ path: name, message: parsed.error.issues[0]?.message ?? 'is not valid' });
  }
  if (errors.length > 0) {
    const lines = errors.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new SandboxError('invalid_request', `Wrong settings: ${lines}.`, {
      hint: '`sandglass config` lists every setting with its default.',
      details: { errors },
    });
  }
  return values as Config; // every key of `settings` was parsed by its own schema
}

/** What the settings say about lifetimes. */
export function lifetimePolicy(config: Config): LifetimePolicy {
  return {
    startTimeoutSeconds: config.SANDGLASS_START_TIMEOUT_SECONDS,
    stopGraceSeconds: 10,
    pausedMaxSeconds: config.SANDGLASS_PAUSED_MAX_SECONDS,
    autoDeleteDefaultSeconds: config.SANDGLASS_AUTO_DELETE_DEFAULT_SECONDS,
    autoDeleteMaxSeconds: config.SANDGLASS_AUTO_DELETE_MAX_SECONDS,
    tombstoneRetentionSeconds: config.SANDGLASS_TOMBSTONE_RETENTION_SECONDS,
  };
}

/** Variables that look like settings but are none, or have no effect in this release. */
export function unknownSettings(env: Environment): readonly string[] {
  return Object.keys(env).filter(
    (name) => name.startsWith('SANDGLASS_') && !(name in settings) && !KNOWN_ELSEWHERE.includes(name),
  );
}

export interface SettingLine {
  readonly name: string;
  readonly value: string;
  readonly default: string;
  readonly meaning: string;
  readonly isSet: boolean;
}

/** Every setting as it stands, to be shown: secrets only say whether they are set. */
export function describeConfig(env: Environment): readonly SettingLine[] {
  return Object.entries(settings).map(([name, { default: fallback, meaning, isSecret }]) => {
    const given = rawValue(env, name);
    const value = isSecret && given !== undefined ? '[hidden]' : withoutPassword(given ?? fallback);
    return { name, value, default: fallback, meaning, isSet: given !== undefined };
  });
}

function rawValue(env: Environment, name: string): string | undefined {
  const own = env[name] === '' ? undefined : env[name];
  const dockerHost = env['DOCKER_HOST'] === '' ? undefined : env['DOCKER_HOST'];
  return own ?? (name === 'SANDGLASS_DOCKER_HOST' ? dockerHost : undefined);
}

function withoutPassword(value: string): string {
  return value.replace(/(:\/\/[^:@/]*):[^@/]*@/, '$1:[hidden]@');
}
