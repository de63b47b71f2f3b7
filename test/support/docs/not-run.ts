/** What the test of the pages leaves out of a page, line by line, and why. */
interface NotRun {
  readonly page: string;
  /** Each as it stands on the page, without indentation. */
  readonly lines: readonly string[];
  readonly why: string;
}

/** Every line stands on its page still: test/unit/docs/fences.test.ts. */
export const notRun: readonly NotRun[] = [
  {
    page: 'README.md',
    lines: [
      'npm start          # the service and its dashboard, on http://127.0.0.1:4747',
      'npm test           # all tests, on a real Docker engine and a real Redis',
    ],
    why: 'They install packages on the machine, take its ports, and would run this test again: .ci/run does both.',
  },
  {
    page: 'CONTRIBUTING.md',
    lines: ['git clone <this repository> && cd sandglass', 'npm test'],
    why: 'The address is that of the reader, and npm test would run this test again.',
  },
  {
    page: 'docs/dashboard.md',
    lines: [
      'SANDGLASS_SCREENSHOTS=docs/images npm test -- --project browser test/browser/dashboard-screenshots.test.ts',
    ],
    why: 'It writes the pictures of the repository anew; test/browser/dashboard-screenshots.test.ts runs without that.',
  },
  {
    page: 'docs/pool.md',
    lines: [
      'SANDGLASS_POOL=base=8,python=2 sandglass serve      # 8 of base, 2 of python',
      'SANDGLASS_POOL=base=0 npm start                     # none',
    ],
    why: 'Each runs until Ctrl-C; the service of this test is started with SANDGLASS_POOL=base=4.',
  },
  {
    page: 'docs/cli.md',
    lines: ['sandglass shell $id', 'sandglass logs -f $id'],
    why: 'The one needs a terminal, the other ends with its sandbox: test/e2e/cli-terminal and cli-sandboxes run them.',
  },
  {
    page: 'docs/cli.md',
    lines: [
      'sandglass matrix --save \\',
      `--restart-command '["systemctl", "restart", "sandglass"]' \\`,
      `--orphan-command '["docker", "create", "--label", "sandglass.service={service}", "--label", "sandglass.sandbox={id}", "{image}"]'`,
    ],
    why: 'It takes minutes, and the service of this test has no unit to restart: test/e2e/matrix runs a short one.',
  },
  {
    page: 'docs/cli-guide.md',
    lines: ['sandglass shell $id'],
    why: 'It needs a terminal: test/e2e/cli-terminal types into one.',
  },
  {
    page: 'docs/e2b.md',
    lines: ['npm install e2b'],
    why: 'The tests run against the versions in package.json, without a registry.',
  },
  {
    page: 'docs/memory.md',
    lines: ['sandglass profile diff before.json after.json'],
    why: 'The names are those of the files that the reader has kept: test/e2e/profile compares two runs.',
  },
  {
    page: 'docs/docker.md',
    lines: [
      'npm pack',
      'npx ./sandglass-0.1.0.tgz serve',
      'npm install ./sandglass-0.1.0.tgz',
      'docker build -t sandglass-base:latest node_modules/sandglass/images/base',
      'npx sandglass serve',
    ],
    why: 'It packs this repository and asks registries: test/e2e/package does the same without one.',
  },
  {
    page: 'docs/docker.md',
    lines: [
      'npm pack --pack-destination deploy/docker',
      'docker build -t sandglass:latest deploy/docker',
      'docker build -t sandglass-base:latest images/base',
      'cd deploy/docker',
      'docker compose run --rm --no-deps sandglass keys create --local --role admin --name first',
      'docker compose up -d',
      'docker compose exec sandglass sandglass doctor',
    ],
    why: 'It would take the images and the address of a service of this machine: test/e2e/compose uses its own.',
  },
];

/** The lines of a block that are run. */
export function linesToRun(page: string, text: string): readonly string[] {
  const left = new Set(notRun.filter((entry) => entry.page === page).flatMap(({ lines }) => lines));
  return text.split('\n').filter((line) => !left.has(line.trim()));
}
