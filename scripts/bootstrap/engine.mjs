import { setTimeout as sleep } from 'node:timers/promises';
import { installCommand, installDebianPackages } from './debian-packages.mjs';
import { noPermission, startDockerDaemon } from './docker-daemon.mjs';
import { engineAddress, whyNoEngine } from './engine-api.mjs';
import { findProgram, isExecutable } from './run-command.mjs';
import { BootstrapError, say } from './say.mjs';

const PACKAGES = ['docker.io', 'containerd', 'runc', 'iptables'];
const INIT_FOLDERS = ['/usr/libexec/docker', '/usr/lib/docker', '/usr/local/libexec/docker'];
const STEP = 'engine:';

export const engine = {
  name: 'engine',
  what: 'a Docker engine that answers',
  why: 'it runs the sandboxes',
  needs: [],
  isMissing: async () => (await whyNoEngine()) !== undefined,
  get plan() {
    if (!engineAddress().isLocal) return `ask ${engineAddress().url} again`;
    return findProgram('dockerd')
      ? 'start the daemon that is installed'
      : `install ${PACKAGES.join(', ')} and start the daemon`;
  },
  get command() {
    return findProgram('dockerd') ? 'sudo systemctl start docker' : installCommand(PACKAGES);
  },
  provide,
};

async function provide() {
  const { url, isLocal } = engineAddress();
  const reason = await whyNoEngine();
  if (reason === 'EACCES') throw noPermission();
  if (!isLocal) {
    throw new BootstrapError(
      `no engine answers at ${url} (${reason})`,
      'correct SANDGLASS_DOCKER_HOST or DOCKER_HOST, or unset it',
    );
  }
  if (process.platform !== 'linux') {
    throw new BootstrapError('no Docker engine answers', 'start Docker Desktop (or colima), then run this again');
  }
  if (!findProgram('dockerd')) {
    await installDebianPackages(STEP, PACKAGES);
    await sleep(500); // where services may start, the package starts its own
  }
  if ((await whyNoEngine()) !== undefined) await startDockerDaemon();
  requireInit();
  say(STEP, 'it answers');
}

/** Each sandbox has docker-init as process 1; some packages of the engine leave it out. */
function requireInit() {
  if (findProgram('docker-init') || INIT_FOLDERS.some((folder) => isExecutable(`${folder}/docker-init`))) return;
  throw new BootstrapError(
    'the engine has no docker-init, which is process 1 of every sandbox',
    'sudo apt-get install -y tini && sudo ln -s tini-static /usr/bin/docker-init',
  );
}
