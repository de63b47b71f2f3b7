import { cruiseSources } from './cruise-sources.mjs';

const { modules, violations } = await cruiseSources();
for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} -> ${to}`);

// A TypeScript that dependency-cruiser cannot read makes it find nothing, and then nothing is wrong.
const imports = modules.flatMap(({ dependencies }) => dependencies).length;
if (modules.length === 0 || imports === 0) console.error('dependency-cruiser read no modules or no imports under src');
if (violations.length > 0 || modules.length === 0 || imports === 0) process.exit(1);
console.log(`${modules.length} modules, ${imports} imports, all as the table allows`);
