import { tsImport } from 'tsx/esm/api';
import { markdownTable } from './markdown-table.mjs';

const INTRODUCTION = `# Configuration

<!-- Written by scripts/docs.mjs from src/config.ts. -->

Every setting is an environment variable. An empty one counts as not set. A wrong one stops the start, and all wrong ones are
named at once. \`sandglass config\` shows the settings as the service would see them, secrets hidden; \`--json\` for machines.
A variable that begins with \`SANDGLASS_\` and is not listed here is logged once and has no effect.

## The service
`;

const REST = `
\`SANDGLASS_DOCKER_HOST\` falls back to \`DOCKER_HOST\`. \`DOCKER_CERT_PATH\` (a folder with ca.pem, cert.pem and key.pem) makes
\`tcp://\` speak TLS, and \`DOCKER_CONFIG\` names the folder of the config.json whose registry credentials are used for pulls.

## Clients

The SDK, the command line and the demo:

${markdownTable(
  ['variable', 'default', 'meaning'],
  [
    ['`SANDGLASS_URL`', '`http://127.0.0.1:4747`', 'Where the service is.'],
    [
      '`SANDGLASS_API_KEY`',
      '',
      'The key to send. On the machine of the service the command line finds the first admin key in the data directory.',
    ],
  ],
)}

## Scripts

\`SANDGLASS_NO_INSTALL=1\`: \`npm start\`, \`npm test\` and \`npm run demo\` install and start nothing; they say what is missing.
`;

export async function configurationPage() {
  const { settings } = await tsImport('../../src/config.ts', import.meta.url);
  const rows = Object.entries(settings).map(([name, { default: fallback, meaning, isSecret }]) => [
    `\`${name}\``,
    fallback === '' ? '' : `\`${fallback}\``,
    isSecret ? `${meaning} Never shown.` : meaning,
  ]);
  return `${INTRODUCTION}\n${markdownTable(['variable', 'default', 'meaning'], rows)}\n${REST}`;
}
