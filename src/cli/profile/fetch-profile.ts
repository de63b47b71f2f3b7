import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { SandglassError } from '../../sdk/index.ts';
import { problemError } from '../../sdk/problem-error.ts';

/**
 * The text of a CPU profile that the service takes of itself for so many seconds. Throws SandglassError: `conflict` while
 * another one is taken, `unreachable` where nobody answers. Without fetch, which gives up after 300 s.
 */
export async function fetchCpuProfile(adminUrl: string, seconds: number): Promise<string> {
  const address = profileAddress(adminUrl, seconds);
  try {
    const { status, body } = await answerOf(address);
    if (status === 200) return body;
    throw problemError(new Response(null, { status }), body);
  } catch (cause) {
    if (cause instanceof SandglassError) throw cause;
    throw new SandglassError(
      'unreachable',
      `No answer from ${adminUrl}: the connection could not be made, or it broke.`,
      {
        hint: 'The service says where its admin listener is when it starts (Metrics): name it by --admin-url.',
        cause,
      },
    );
  }
}

function profileAddress(adminUrl: string, seconds: number): URL {
  if (/^http:\/\//.test(adminUrl) && URL.canParse(adminUrl)) {
    return new URL(`/debug/cpu-profile?seconds=${seconds}`, adminUrl);
  }
  throw new SandglassError('invalid_request', `"${adminUrl}" is no address of an admin listener.`, {
    hint: 'It looks like http://127.0.0.1:9091.',
  });
}

function answerOf(address: URL): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = get(address, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    });
    sent.once('error', reject);
  });
}
