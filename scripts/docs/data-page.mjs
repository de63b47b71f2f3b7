import { getTableConfig } from 'drizzle-orm/sqlite-core';
import { tsImport } from 'tsx/esm/api';
import { markdownTable } from './markdown-table.mjs';
import { schemaComments } from './schema-comments.mjs';

const SCHEMA = 'src/store/sql/sqlite/schema.ts';

const INTRODUCTION = `# Data

<!-- Written by scripts/docs.mjs from src/store/sql/sqlite/schema.ts and src/domain/sandbox-info.ts. -->

What Sandglass keeps, and where. SQL is the authority; Redis holds what can be rebuilt from it; the engine holds containers
that are labelled with the row they belong to (docs/decisions/001-the-row-is-the-truth.md).

## Files of the data directory

${markdownTable(
  ['file', 'what it is'],
  [
    ['`sandglass.sqlite`, `-wal`, `-shm`', 'The database, in WAL mode. This is what has to be backed up.'],
    ['`admin.key`', 'The first admin key, mode 0600; made by the first start on a loopback address.'],
    ['`lock.sqlite`, `sandglass.pid`', 'One service per data directory; the lock goes with the process.'],
    ['`redis/`', 'Socket, pid file and log of the private redis-server. Nothing of it has to be kept.'],
  ],
)}

## SQL

Tables, columns and indexes are the same in the migrations under migrations/sqlite. Booleans are 0 and 1.
`;

const REDIS = `
## Redis

One hash per sandbox from \`running\` to \`stopping\`, pauses included: \`sandglass:<service id>:live:<sandbox id>\`. It has no
expiry: it is written after the commit that says \`running\` and removed after the commit that says \`stopped\`, and
every 30 s the live healer makes rows and keys agree. The service id is the value of \`service_id\` in the table
\`installation\`. To look at the keys of the private redis-server:

\`\`\`sh
redis-cli -s data/redis/redis.sock --scan --pattern 'sandglass:*'
redis-cli -s data/redis/redis.sock hgetall 'sandglass:<service id>:live:<sandbox id>'
\`\`\`

These fields and no others are ever written (\`sandboxInfoSchema\` in src/domain/sandbox-info.ts filters every write). A field
that is null is absent. The column \`snapshot\` of \`sandboxes\` holds the same fields as one JSON object, as they were at the
last stop.
`;

const DOCKER = `
## Docker

${markdownTable(
  ['what', 'name'],
  [
    ['container', '`sandglass-<first 8 characters of the service id>-<sandbox id>`'],
    ['label `sandglass.service`', 'The service id: only containers with ours are ever changed.'],
    ['label `sandglass.sandbox`', 'The sandbox id.'],
    ['label `sandglass.tenant`', 'The tenant; empty where it was made for the pool.'],
    ['label `sandglass.signature`', 'The kind of container it was made as, by the name that `sandglass pool` shows.'],
    ['label `sandglass.agent`', 'The version of its agent.'],
    [
      'networks',
      '`sandglass-open` (bridge `sg-open`) and `sandglass-closed` (bridge `sg-closed`), shared by all installations.',
    ],
  ],
)}
`;

export async function dataPage() {
  const schema = await tsImport(`../../${SCHEMA}`, import.meta.url);
  const comments = schemaComments(SCHEMA);
  const tables = Object.entries(schema).map(([name, table]) => tableSection(getTableConfig(table), comments[name]));
  return [INTRODUCTION, tables.join('\n'), REDIS, await liveFields(), DOCKER].join('\n').replace(/\n{3,}/g, '\n\n');
}

function tableSection({ name, columns, indexes, primaryKeys }, { comment, columns: comments }) {
  const keyed = primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
  const rows = columns.map((column) => [
    `\`${column.name}\``,
    column.getSQLType(),
    column.notNull || column.primary ? 'no' : 'yes',
    meaningOf(column, comments[column.name], keyed),
  ]);
  const named = indexes.map(({ config }) => `\`${config.name}\` (${config.columns.map((one) => one.name).join(', ')})`);
  return [
    `### \`${name}\``,
    '',
    ...(comment ? [comment, ''] : []),
    markdownTable(['column', 'type', 'null', 'meaning'], rows),
    ...(named.length > 0 ? ['', `Indexes: ${named.join(', ')}.`] : []),
    '',
  ].join('\n');
}

const UNITS = [
  [/(^|_)(at|by|until)_ms$/, 'Epoch milliseconds.'],
  [/_ms$/, 'Milliseconds.'],
  [/_seconds$/, 'Seconds.'],
  [/_mb$/, 'MiB.'],
];

/** The comment, the unit where the comment does not name one, and the part that the column has in a key. */
function meaningOf({ name, primary, isUnique }, comment = '', keyed) {
  const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
  const hasUnit = /second|MiB/i.test(comment);
  const key = primary || keyed.includes(name) ? 'Primary key.' : isUnique ? 'Unique.' : '';
  return [key, comment, hasUnit ? '' : unit].filter(Boolean).join(' ');
}

async function liveFields() {
  const { sandboxInfoSchema } = await tsImport('../../src/domain/sandbox-info.ts', import.meta.url);
  const rows = Object.entries(sandboxInfoSchema.shape).map(([name, field]) => {
    const takes = (value) => field.safeParse(value).success;
    const form = takes('text') ? 'text' : takes(1) ? 'number' : takes(true) ? 'true or false' : 'JSON';
    const unit = name.endsWith('Ms') ? ', epoch milliseconds' : name.endsWith('Seconds') ? ', seconds' : '';
    return [`\`${name}\``, `${form}${unit}`, takes(null) ? 'yes' : 'no'];
  });
  return markdownTable(['field', 'stored as', 'may be absent'], rows);
}
