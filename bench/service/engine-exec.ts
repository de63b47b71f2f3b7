import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { engine } from '../../test/support/engine.ts';

/** What `docker exec` asks the engine for; stdout. Throws when the command did not end with 0. */
export async function engineExec(containerId: string, argv: readonly string[]): Promise<string> {
  const exec = await engine.getContainer(containerId).exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const output = new PassThrough();
  const errors = new PassThrough();
  engine.modem.demuxStream(stream, output, errors);
  errors.resume();
  stream.once('end', () => output.end());
  const printed = await text(output);
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new Error(`docker exec ended with ${ExitCode}`);
  return printed;
}
