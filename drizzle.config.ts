import { defineConfig } from 'drizzle-kit';

// One config for both dialects: SANDGLASS_DIALECT=postgres once that store is there.
const dialect = process.env['SANDGLASS_DIALECT'] === 'postgres' ? 'postgres' : 'sqlite';

export default defineConfig({
  dialect: dialect === 'postgres' ? 'postgresql' : 'sqlite',
  schema: `./src/store/sql/${dialect}/schema.ts`,
  out: `./migrations/${dialect}`,
});
