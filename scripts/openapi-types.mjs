// Makes src/sdk/gen/openapi.ts, the types of the client, from our OpenAPI document; with --check only says whether it is current.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import openapiTypes, { astToString } from 'openapi-typescript';
import { tsImport } from 'tsx/esm/api';

const FILE = 'src/sdk/gen/openapi.ts';
const HEADER = '// Written by scripts/openapi-types.mjs from the OpenAPI document of the service.\n\n';
const { openapiDocument } = await tsImport('../src/http/openapi-document.ts', import.meta.url);
const { createApp } = await tsImport('../src/http/app.ts', import.meta.url);

// A field with a default may be left out of a body.
const options = { defaultNonNullable: false, alphabetize: true };
const types =
  HEADER + astToString(await openapiTypes(schemasOf(openapiDocument(createApp(unasked()), '0.0.0')), options));

if (existsSync(FILE) && readFileSync(FILE, 'utf8') === types) console.log(`${FILE} is current`);
else if (process.argv.includes('--check')) {
  console.error(`${FILE} is older than the API; run: npm run openapi`);
  process.exitCode = 1;
} else {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, types);
  console.log(`wrote ${FILE}`);
}

/** The bodies alone, without examples: calls and parameters have a face written by hand. */
function schemasOf({ openapi, info, components: { schemas } }) {
  const bare = JSON.parse(JSON.stringify(schemas, (name, value) => (name === 'example' ? undefined : value)));
  return { openapi, info, paths: {}, components: { schemas: bare } };
}

/** Stands for all that the app needs to answer: nothing is asked. */
function unasked() {
  const asked = { corsOrigins: [], dashboardDir: undefined };
  return new Proxy(() => undefined, { get: (_, name) => (name in asked ? asked[name] : unasked()) });
}
