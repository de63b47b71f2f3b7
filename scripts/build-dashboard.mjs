import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib';
import { build } from 'vite';

const WORTH_BYTES = 1024;
/** The first that know `light-dark()`: what older ones would need in its place follows no choice of the reader. */
const CSS_TARGET = ['chrome123', 'firefox120', 'safari17.5'];

/** The web page and its assets into a folder, each with its compressed forms beside it. */
export async function buildDashboard(root, outDir) {
  await build({
    configFile: false,
    root: join(root, 'src', 'dashboard'),
    logLevel: 'warn',
    build: {
      ...{ outDir, emptyOutDir: true, target: 'es2022', cssTarget: CSS_TARGET },
      ...{ modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
    },
  });
  for (const file of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) compress(join(file.parentPath, file.name));
  }
}

function compress(path) {
  const bytes = readFileSync(path);
  if (bytes.length < WORTH_BYTES) return;
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
