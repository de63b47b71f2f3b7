import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inPackage } from './package-root.ts';

/** The folder of the built page; undefined where the sources run without a build. */
export function builtDashboard(): string | undefined {
  const folder = inPackage('dist', 'dashboard');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}
