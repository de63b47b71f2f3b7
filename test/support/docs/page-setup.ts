/** What a page needs to be run, beside the service, its key in data/admin.key, and `sandglass` on the path. */
export interface PageSetup {
  /** Files in the folder that its commands run in. */
  readonly files?: Readonly<Record<string, string>>;
  /** Programs that are not on every machine: where one is missing, the commands of the page are skipped. */
  readonly needs?: readonly string[];
  /** Its `data` is a copy of that of the service: its commands change what is there. */
  readonly isDataCopied?: boolean;
  /** Shell lines that run before the first block under a heading: they make the trouble that it is about. */
  readonly before?: Readonly<Record<string, string>>;
  /** It is run before the others, which are run at the same time: what it shows depends on what is free. */
  readonly isFirst?: boolean;
  /** Shell lines at the end: what must hold, and what has to be taken away. */
  readonly after?: string;
}

/** By path of the page; one that is not here needs nothing. */
export const pageSetups: Readonly<Record<string, PageSetup>> = {
  // Its answer says `warm`, so that a container has to be ready.
  'README.md': { isFirst: true },
  'docs/operations.md': { needs: ['sqlite3'], isDataCopied: true },
  'docs/troubleshooting.md': {
    before: {
      'Docker cannot be reached': 'export SANDGLASS_DOCKER_HOST=unix:///nowhere/docker.sock',
      '`/readyz` says degraded': 'unset SANDGLASS_DOCKER_HOST',
      'Redis is gone': 'export SANDGLASS_REDIS_URL=redis://127.0.0.1:1',
      'No room for a start': 'unset SANDGLASS_REDIS_URL',
    },
  },
  'docs/memory.md': {
    before: {
      'Finding what an image wastes': `curl -fsS -X POST "$SANDGLASS_URL/v1/admin/templates" -H "X-API-Key: $(cat data/admin.key)" \\
  -H 'Content-Type: application/json' -d '{ "name": "mine", "image": "sandglass-base:latest" }' >template.json`,
    },
    after: 'ls sandglass-profile-*.json >saved.txt && test "$(wc -l <saved.txt)" = 2',
  },
  'docs/cli.md': { files: { 'src/main.py': 'print(6 * 7)\n' } },
  'docs/e2b.md': {
    after: 'test -n "$E2B_API_KEY" && test "$E2B_API_URL$E2B_SANDBOX_URL" = "$SANDGLASS_URL$SANDGLASS_URL"',
  },
};
