import { installCommand, installDebianPackages } from './debian-packages.mjs';
import { findProgram } from './run-command.mjs';

const PACKAGES = ['redis-server'];

/** Only the program: the service runs a private one on a unix socket, whatever the system's own Redis does. */
export const redisServer = {
  name: 'redis-server',
  what: 'the program redis-server',
  why: 'live information is kept there (SANDGLASS_REDIS_URL=memory does without)',
  needs: [],
  isMissing: async () => isEmbedded() && !findProgram('redis-server'),
  plan: `install ${PACKAGES.join(', ')}`,
  command: installCommand(PACKAGES),
  provide: () => installDebianPackages('redis-server:', PACKAGES),
};

function isEmbedded() {
  return (process.env['SANDGLASS_REDIS_URL'] || 'embedded') === 'embedded';
}
