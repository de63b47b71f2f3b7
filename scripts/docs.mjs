import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cliPage } from './docs/cli-page.mjs';
import { configurationPage } from './docs/configuration-page.mjs';
import { dataPage } from './docs/data-page.mjs';

const PAGES = { 'docs/cli.md': cliPage, 'docs/configuration.md': configurationPage, 'docs/data.md': dataPage };
const isCheck = process.argv.includes('--check');

for (const [file, write] of Object.entries(PAGES)) {
  const page = await write();
  if (existsSync(file) && readFileSync(file, 'utf8') === page) console.log(`${file} is current`);
  else if (isCheck) {
    console.error(`${file} is older than the code; run: node scripts/docs.mjs`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, page);
    console.log(`wrote ${file}`);
  }
}
