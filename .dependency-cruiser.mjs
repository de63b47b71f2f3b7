// Which folder of src may import which: the table of ARCHITECTURE.md. What is not listed is forbidden.
const MAY_IMPORT = {
  domain: [],
  ports: ['domain'],
  operations: ['reconcile', 'ports', 'domain'],
  reconcile: ['ports', 'domain'],
  pool: ['ports', 'domain'],
  placement: ['ports', 'domain'],
  schedule: ['reconcile', 'pool'],
  store: ['ports', 'domain'],
  runtime: ['ports', 'domain'],
  'agent-client': ['ports', 'domain', 'contract'],
  contract: [],
  http: ['operations', 'contract', 'domain'],
  proxy: ['ports', 'domain'],
  agent: ['contract'],
  sample: ['ports', 'domain'],
  observe: [],
  sdk: ['contract'],
  mcp: ['sdk'],
  cli: ['sdk', 'mcp'],
  dashboard: ['sdk', 'contract'],
};
const NEVER_LOGS = ['domain', 'contract'];
const FOLDERS = Object.keys(MAY_IMPORT);

// Only these commands work on the machine itself; all others go through the sdk.
const LOCAL_COMMANDS = String.raw`^src/cli/commands/(serve|config|doctor|keys)[^/]*\.ts$`;
const NOT_COMPOSED = ['cli', 'mcp', 'sdk', 'dashboard', 'agent'];

// Where a library may be used; its types count too.
const LIBRARY_HOMES = [
  { library: 'dockerode', home: '^src/runtime/docker/' },
  { library: '(drizzle-orm|drizzle-kit|better-sqlite3|postgres)', home: '^src/store/sql/' },
  { library: 'ioredis', home: '^src/store/live/' },
  { library: 'node-cron', home: '^src/schedule/' },
  { library: 'xstate', home: '^src/domain/' },
  { library: '(@connectrpc|@lydell|busboy)', home: '^src/agent/' },
  { library: '@modelcontextprotocol', home: '^src/mcp/' },
  { library: 'tar-stream', home: '^src/(agent|runtime/docker)/' },
  { library: 'undici', home: '^src/(agent-client|proxy)/' },
  { library: '(preact|@preact|@xterm|uplot)', home: '^src/dashboard/' },
];
const DOMAIN_LIBRARIES = '(xstate|zod)';

const folder = (name) => `^src/${name}/`;
const npmPackage = (name) => `(^|(^|/)node_modules/)(@types/)?${name}(/|$)`;
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const folderRules = FOLDERS.map((name) => {
  const allowed = [name, ...MAY_IMPORT[name], ...(NEVER_LOGS.includes(name) ? [] : ['observe'])].map(folder);
  const config = name === 'cli' ? [String.raw`^src/config\.ts$`] : [];
  const compose = name === 'cli' ? { pathNot: LOCAL_COMMANDS } : {};
  const rule = forbid(
    `imports-of-${name}`,
    `${name} may import ${MAY_IMPORT[name].join(', ') || 'nothing of ours'}`,
    { path: folder(name), ...compose },
    { path: '^src/', pathNot: [...allowed, ...config] },
  );
  if (name !== 'cli') return [rule];
  const local = forbid(
    'imports-of-local-commands',
    'serve, config, doctor and keys may import compose.ts too',
    { path: LOCAL_COMMANDS },
    { path: '^src/', pathNot: [...allowed, ...config, String.raw`^src/compose(\.ts$|/)`] },
  );
  return [rule, local];
});

const rootRules = [
  forbid(
    'imports-of-main',
    'main.ts reads the config, composes, listens and stops',
    { path: String.raw`^src/main\.ts$` },
    { path: '^src/', pathNot: [String.raw`^src/(compose|config)\.ts$`, folder('domain'), folder('observe')] },
  ),
  forbid(
    'imports-of-compose',
    'compose.ts builds the service and nothing else',
    { path: String.raw`^src/compose(\.ts$|/)` },
    {
      path: '^src/',
      pathNot: [
        String.raw`^src/config\.ts$`,
        folder('compose'),
        ...FOLDERS.filter((one) => !NOT_COMPOSED.includes(one)).map(folder),
      ],
    },
  ),
  forbid(
    'imports-of-config',
    'config.ts is one zod schema',
    { path: String.raw`^src/config\.ts$` },
    { pathNot: [npmPackage('zod'), folder('domain')] },
  ),
  ...['outside-of-the-table', 'alone-outside-of-the-table'].map((name, index) =>
    forbid(
      name,
      'src has main.ts, compose.ts with its folder, config.ts and the folders of the table',
      {
        path: '^src/',
        pathNot: [String.raw`^src/(main|compose|config)\.ts$`, folder('compose'), ...FOLDERS.map(folder)],
        ...(index === 1 ? { orphan: true } : {}),
      },
      {},
    ),
  ),
  forbid(
    'src-alone',
    'what ships imports no tests, scripts or benchmarks',
    { path: '^src/' },
    { path: '^(test|bench|demo|scripts)/' },
  ),
];

const libraryRules = [
  ...LIBRARY_HOMES.map(({ library, home }) =>
    forbid(
      `home-of-${library.replace(/\W+/g, '-').replace(/^-|-$/g, '')}`,
      `only ${home.slice(1)} knows this library`,
      { path: '^src/', pathNot: home },
      { path: npmPackage(library) },
    ),
  ),
  forbid(
    'domain-is-pure',
    'the domain uses no built-in of Node.js',
    { path: folder('domain') },
    { dependencyTypes: ['core'] },
  ),
  forbid(
    'libraries-of-domain',
    'the domain uses xstate and zod only',
    { path: folder('domain') },
    { path: '.', pathNot: ['^src/', npmPackage(DOMAIN_LIBRARIES)], dependencyTypesNot: ['core'] },
  ),
];

const soundnessRules = [
  forbid(
    'no-circles',
    'modules that import each other in a circle are one module',
    { path: '^src/' },
    { circular: true },
  ),
  forbid('resolvable', 'each import leads somewhere', { path: '^src/' }, { couldNotResolve: true }),
];

export default {
  forbidden: [...folderRules.flat(), ...rootRules, ...libraryRules, ...soundnessRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
