import { spawn } from 'node:child_process';
import { z } from 'zod';
import type { RegistryCredentials } from './registry-auth.ts';

const DEADLINE_MS = 10_000;
const MOST_OUTPUT = 64 * 1024;

const answerSchema = z.object({ ServerURL: z.string().default(''), Username: z.string(), Secret: z.string() });

/** The user name with which helpers mark an identity token (docker/docker-credential-helpers). */
const TOKEN_USER = '<token>';

/**
 * Asks `docker-credential-<helper> get` for a server. undefined when it has none; throws when it cannot be run, takes
 * over 10 s or answers in another form.
 */
export async function askCredentialHelper(helper: string, server: string): Promise<RegistryCredentials | undefined> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(helper)) throw new Error('the name of the credential helper is not one');
  const { code, output } = await run(`docker-credential-${helper}`, server);
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw new Error(`docker-credential-${helper} ended with ${code}`);
  }
  const answer = answerSchema.parse(JSON.parse(output));
  const serveraddress = answer.ServerURL === '' ? server : answer.ServerURL;
  if (answer.Username === TOKEN_USER) return { identitytoken: answer.Secret, serveraddress };
  return { username: answer.Username, password: answer.Secret, serveraddress };
}

function run(program: string, input: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.length < MOST_OUTPUT) output += chunk.toString('utf8');
    });
    child.on('error', reject);
    // A helper may end without reading: its exit code tells.
    child.stdin.on('error', () => {});
    child.on('close', (code) => resolve({ code, output }));
    child.stdin.end(input);
  });
}
