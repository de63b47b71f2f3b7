import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { removeContainersOf } from '../../test/support/engine.ts';
import { expectRunning } from './raw-containers.ts';

const run = promisify(execFile);
/** An engine that locked itself up never answers. */
const RUN_MS = 120_000;

export interface DockerRuns {
  /** `docker run -d` of a container that sleeps, by the command line; milliseconds until the program has ended. Throws unless it runs. */
  run(): Promise<number>;
  removeAll(): Promise<void>;
}

/** What users do without us: plain containers of the same image. Labelled for a service that does not exist. */
export function dockerRuns(image: string): DockerRuns {
  const service = randomBytes(8).toString('hex');
  return {
    async run() {
      const beganMs = performance.now();
      const argv = ['run', '-d', '--label', `sandglass.service=${service}`, image, 'sleep', '3600'];
      const { stdout } = await run('docker', argv, { timeout: RUN_MS });
      const ms = performance.now() - beganMs;
      await expectRunning(stdout.trim());
      return ms;
    },
    removeAll: () => removeContainersOf(service),
  };
}
