import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand } from './bootstrap/run-command.mjs';

const DIALECTS = ['sqlite', 'postgres'];
const DEADLINE_MS = 60_000;
const COPIED = ['drizzle.config.ts', 'package.json', 'tsconfig.json', 'migrations'];
const LINKED = ['src', 'node_modules'];

const present = DIALECTS.filter((dialect) => existsSync(schemaOf(dialect)));
try {
  if (present.length === 0) throw new Error(`no schema found; expected ${schemaOf('sqlite')}`);
  for (const dialect of present) await checkDialect(dialect);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** Lets drizzle-kit generate into a copy: what it would write is what the migrations lack. */
async function checkDialect(dialect) {
  const copy = mkdtempSync(join(tmpdir(), 'sandglass-migrations-'));
  try {
    for (const name of COPIED.filter(existsSync)) cpSync(name, join(copy, name), { recursive: true });
    for (const name of LINKED) symlinkSync(resolve(name), join(copy, name));
    const folder = join(copy, 'migrations', dialect);
    mkdirSync(folder, { recursive: true });
    const before = migrationsIn(folder);
    await drizzleKit('check', dialect, copy);
    const said = await drizzleKit('generate', dialect, copy);
    // Asked about a renamed column, it writes nothing and still ends with 0: only its own words say that all is well.
    if (!said.includes('No schema changes')) {
      const fresh = migrationsIn(folder).filter((name) => !before.includes(name));
      const missing = fresh.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n') || said;
      throw new Error(
        `${missing}\nThe ${dialect} schema has changes without a migration. Run: ${generateCommand(dialect)}`,
      );
    }
    console.log(`${dialect}: ${before.length} migrations, no drift`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function drizzleKit(verb, dialect, cwd) {
  const argv = [process.execPath, resolve('node_modules/drizzle-kit/bin.cjs'), verb];
  return runCommand(argv, { cwd, env: { ...process.env, SANDGLASS_DIALECT: dialect }, timeoutMs: DEADLINE_MS });
}

function migrationsIn(folder) {
  return readdirSync(folder).filter((name) => name.endsWith('.sql'));
}

function generateCommand(dialect) {
  return `SANDGLASS_DIALECT=${dialect} npx drizzle-kit generate`;
}

function schemaOf(dialect) {
  return `src/store/sql/${dialect}/schema.ts`;
}
