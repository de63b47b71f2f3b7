// Makes src/contract/gen from proto/ (buf.gen.yaml); with --check only says whether it is current.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './bootstrap/run-command.mjs';

const GENERATED = join('src', 'contract', 'gen');
const DEADLINE_MS = 60_000;

if (process.argv.includes('--check')) await check();
else await generate('.');

async function check() {
  const scratch = mkdtempSync(join(tmpdir(), 'sandglass-proto-'));
  try {
    await generate(scratch);
    const wanted = filesUnder(join(scratch, GENERATED));
    const present = filesUnder(GENERATED);
    const isSame = (file) =>
      present.includes(file) &&
      readFileSync(join(scratch, GENERATED, file)).equals(readFileSync(join(GENERATED, file)));
    const stale = [...wanted.filter((file) => !isSame(file)), ...present.filter((file) => !wanted.includes(file))];
    if (stale.length === 0) return;
    console.error(`${GENERATED} is not what proto/ says: ${stale.join(', ')}. Repair with: npm run proto`);
    process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function generate(output) {
  await runCommand([join('node_modules', '.bin', 'buf'), 'generate', '--output', output], { timeoutMs: DEADLINE_MS });
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
