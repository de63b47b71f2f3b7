import { bootstrapOrExit, ROOT } from './bootstrap.mjs';
import { runInForeground } from './run-in-foreground.mjs';

await bootstrapOrExit();
const env = { SANDGLASS_REDIS_URL: 'embedded', SANDGLASS_POOL: 'base=4', ...process.env };
process.exitCode = await runInForeground(['dist/main.js', ...process.argv.slice(2)], { cwd: ROOT, env });
