import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandglassProgram } from '../../src/cli/program.ts';
import { runCli } from '../support/cli/run-cli.ts';
import { type ScriptedService, scriptedService } from '../support/sdk/scripted-service.ts';

/** What no argument with a form of its own may be. */
const HOSTILE = {
  'a second command': 'x; touch owned',
  'a substitution': '$(touch owned)',
  backticks: '`touch owned`',
  'a line break': 'x\ntouch owned',
  'a path that climbs': '../../etc/passwd',
  'a space': 'an image',
  'an escape of a terminal': 'x\u001b]0;owned\u0007',
  'leading dashes': '--force',
  nothing: '',
} as const;

/** Each argument and option that takes a value: the command line with the value in its place. */
const PLACES: Readonly<Record<string, (value: string) => readonly string[]>> = {
  'start --template': (value) => ['start', `--template=${value}`],
  'start --image': (value) => ['start', `--image=${value}`],
  'start --id': (value) => ['start', `--id=${value}`],
  'start --label': (value) => ['start', `--label=${value}`],
  'start --label, the name': (value) => ['start', `--label=${value}=x`],
  'start --env': (value) => ['start', `--env=${value}`],
  'start --env, the name': (value) => ['start', `--env=${value}=x`],
  'start --user': (value) => ['start', `--user=${value}`],
  'start --workdir': (value) => ['start', `--workdir=${value}`],
  'start --cpus': (value) => ['start', `--cpus=${value}`],
  'start --memory': (value) => ['start', `--memory=${value}`],
  'start --disk': (value) => ['start', `--disk=${value}`],
  'start --pids': (value) => ['start', `--pids=${value}`],
  'start --runtime': (value) => ['start', `--runtime=${value}`],
  'start --timeout': (value) => ['start', `--timeout=${value}`],
  'start --idle': (value) => ['start', `--idle=${value}`],
  'start --on-timeout': (value) => ['start', `--on-timeout=${value}`],
  'start --auto-delete': (value) => ['start', `--auto-delete=${value}`],
  'start, a word that is no option': (value) => ['start', value],
  'ls --state': (value) => ['ls', `--state=${value}`],
  'ls --label': (value) => ['ls', `--label=${value}`],
  'ls --template': (value) => ['ls', `--template=${value}`],
  'ls --tenant': (value) => ['ls', `--tenant=${value}`],
  'ls --limit': (value) => ['ls', `--limit=${value}`],
  'get, its id': (value) => ['get', '--', value],
  'explain, its id': (value) => ['explain', '--', value],
  'exec, its id': (value) => ['exec', '--', value, 'true'],
  'exec --user': (value) => ['exec', `--user=${value}`, 'abcd', 'true'],
  'exec --env': (value) => ['exec', `--env=${value}`, 'abcd', 'true'],
  'exec --timeout': (value) => ['exec', `--timeout=${value}`, 'abcd', 'true'],
  'shell, its id': (value) => ['shell', '--', value],
  'shell --user': (value) => ['shell', `--user=${value}`, 'abcd'],
  'cp, the sandbox it comes from': (value) => ['cp', '--', `${value}:/tmp/x`, '/tmp/none'],
  'cp, the sandbox it goes to': (value) => ['cp', '--', '/etc/hostname', `${value}:/tmp/x`],
  'cp, both sides here': (value) => ['cp', '--', value, value],
  'cp --user': (value) => ['cp', `--user=${value}`, '/etc/hostname', 'abcd:/tmp/x'],
  'logs, its id': (value) => ['logs', '--', value],
  'logs --tail': (value) => ['logs', `--tail=${value}`, 'abcd'],
  'stop, one of its ids': (value) => ['stop', '--', 'abcd', value],
  'stop --grace': (value) => ['stop', `--grace=${value}`, 'abcd'],
  'restart, its id': (value) => ['restart', '--', value],
  'restart --timeout': (value) => ['restart', `--timeout=${value}`, 'abcd'],
  'pause, its id': (value) => ['pause', '--', value],
  'resume, its id': (value) => ['resume', '--', value],
  'resume --timeout': (value) => ['resume', `--timeout=${value}`, 'abcd'],
  'extend, its id': (value) => ['extend', '--timeout=1h', '--', value],
  'extend --timeout': (value) => ['extend', 'abcd', `--timeout=${value}`],
  'extend --idle': (value) => ['extend', 'abcd', `--idle=${value}`],
  'extend --on-timeout': (value) => ['extend', 'abcd', `--on-timeout=${value}`],
  'extend --auto-delete': (value) => ['extend', 'abcd', `--auto-delete=${value}`],
  'rm, one of its ids': (value) => ['rm', '-f', '--', 'abcd', value],
  'events, its id': (value) => ['events', '--', value],
  'top, one of its ids': (value) => ['top', '--', 'abcd', value],
  'top --interval': (value) => ['top', `--interval=${value}`],
  'pool sig, its file': (value) => ['pool', 'sig', '--', value],
  'bench --count': (value) => ['bench', `--count=${value}`],
  'bench --concurrency': (value) => ['bench', `--concurrency=${value}`],
  'bench --template': (value) => ['bench', `--template=${value}`],
  'matrix --runtime': (value) => ['matrix', `--runtime=${value}`],
  'matrix --runtime, one of them': (value) => ['matrix', `--runtime=runc,${value}`],
  'matrix --format': (value) => ['matrix', `--format=${value}`],
  'matrix --startup': (value) => ['matrix', `--startup=${value}`],
  'matrix --timeout': (value) => ['matrix', `--timeout=${value}`],
  'matrix --restart-command': (value) => ['matrix', `--restart-command=${value}`],
  'matrix --orphan-command': (value) => ['matrix', `--orphan-command=${value}`],
  'keys create --tenant': (value) => ['keys', 'create', '--name=x', `--tenant=${value}`],
  'keys create --role': (value) => ['keys', 'create', '--name=x', `--role=${value}`],
  'keys create --expires': (value) => ['keys', 'create', '--name=x', `--expires=${value}`],
  'keys create --quota-sandboxes': (value) => ['keys', 'create', '--name=x', `--quota-sandboxes=${value}`],
  'keys create --quota-cpus': (value) => ['keys', 'create', '--name=x', `--quota-cpus=${value}`],
  'keys create --quota-memory-mb': (value) => ['keys', 'create', '--name=x', `--quota-memory-mb=${value}`],
  'keys revoke, its id': (value) => ['keys', 'revoke', '--', value],
  'mcp --sandbox': (value) => ['mcp', `--sandbox=${value}`],
  'mcp --folder': (value) => ['mcp', `--folder=${value}`],
  'profile --namespace': (value) => ['profile', `--namespace=${value}`],
  'profile --selector': (value) => ['profile', `--selector=${value}`],
  'profile --selector, the name': (value) => ['profile', `--selector=a=b,${value}=x`],
  'profile --template': (value) => ['profile', `--template=${value}`],
  'profile --format': (value) => ['profile', `--format=${value}`],
  'profile --process-limit': (value) => ['profile', `--process-limit=${value}`],
  'profile --timeout': (value) => ['profile', `--timeout=${value}`],
  'profile --workload': (value) => ['profile', `--workload=${value}`],
  'profile --concurrency': (value) => ['profile', `--concurrency=1,${value}`],
  'profile diff, its files': (value) => ['profile', 'diff', '--', value, value],
  'profile diff --format': (value) => ['profile', 'diff', `--format=${value}`, 'a', 'b'],
  'profile-cpu --seconds': (value) => ['profile-cpu', `--seconds=${value}`],
  'completion, its shell': (value) => ['completion', '--', value],
  '--url': (value) => ['ls', `--url=file:${value}`],
  'the command': (value) => [value],
};

/** Free text, which is kept as it is and run by nobody: only what a terminal would act upon is refused. */
const TEXTS: Readonly<Record<string, (value: string) => readonly string[]>> = {
  'start --label, the value': (value) => ['start', `--label=a=${value}`],
  'start --reuse-key': (value) => ['start', `--reuse-key=${value}`],
  'profile --sample': (value) => ['profile', `--sample=${value}`],
  'exec --workdir': (value) => ['exec', `--workdir=${value}`, 'abcd', 'true'],
  'shell --workdir': (value) => ['shell', `--workdir=${value}`, 'abcd'],
  'cp, the path it comes from': (value) => ['cp', '--', `abcd:${value}`, '/tmp/none'],
  'cp, the path it goes to': (value) => ['cp', '--', '/etc/hostname', `abcd:${value}`],
  'keys create --name': (value) => ['keys', 'create', `--name=${value}`],
};

/** Given as they are: what is run, what it is run with, where it is asked, and files of this machine. */
const AS_IT_IS = ['exec command', '--key', '--output', '--admin-url', 'complete words'];

let service: ScriptedService;
beforeAll(async () => {
  service = await scriptedService({ status: 200, json: {} });
});
afterAll(() => service.close());

const env = () => ({ SANDGLASS_URL: service.url, SANDGLASS_ADMIN_URL: service.url, SANDGLASS_API_KEY: 'e2b_mine' });

async function expectRefused(argv: readonly string[]): Promise<void> {
  const before = service.seen.length;
  const { exitCode, results, progress } = await runCli(argv, env());
  expect({ argv, exitCode, results }).toEqual({ argv, exitCode: 2, results: '' });
  expect(progress).toMatch(/\S/);
  expect(progress.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(service.seen.slice(before)).toEqual([]);
}

const cases = Object.entries(PLACES).flatMap(([place, argv]) =>
  Object.entries(HOSTILE).map(([what, value]) => ({ place, what, argv: argv(value) })),
);
const texts = Object.entries(TEXTS).flatMap(([place, argv]) =>
  ['x\ny', 'x\u001b[2J', 'x\u0000y'].map((value) => ({ place, argv: argv(value) })),
);

describe('a hostile argument', () => {
  it.each(cases)('$what as $place ends with 2, and nobody is asked', ({ argv }) => expectRefused(argv));

  it.each(texts)('a control character in $place ends with 2, and nobody is asked', ({ argv }) => expectRefused(argv));

  it('is tried in every place that there is', () => {
    const context = { argv: [], env: {}, endWith: () => {}, output: silent };
    const known = [...Object.keys(PLACES), ...Object.keys(TEXTS), ...AS_IT_IS].join('\n');
    expect(placesOf(sandglassProgram(context)).filter((place) => !known.includes(place))).toEqual([]);
  });
});

const silent = {
  result: () => {},
  write: async () => {},
  progress: () => {},
  status: () => {},
  paint: (_style: string, text: string) => text,
};

/** `start --image`, `get, `: options that take a value, and arguments, of all commands. */
function placesOf(command: ReturnType<typeof sandglassProgram>, name = ''): readonly string[] {
  if (command.name() === 'complete') return [];
  const everywhere = ['--url', '--key', '--output', '--admin-url'];
  const options = command.options
    .filter(({ required, optional }) => required || optional)
    .map(({ long }) => (everywhere.includes(long ?? '') ? `${long}` : `${name} ${long}`));
  const ofArguments = command.registeredArguments.length > 0 ? [`${name}, `] : [];
  const below = command.commands.flatMap((one) => placesOf(one, `${name} ${one.name()}`.trim()));
  return [...options, ...ofArguments, ...below];
}
