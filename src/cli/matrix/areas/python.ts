import type { Check } from '../cell.ts';
import { check } from '../check.ts';
import { mib } from '../memory-use.ts';
import { exec, type Run, remove, start, templateNames } from '../run.ts';

const USUAL = ['json', 'ssl', 'sqlite3', 'asyncio', 'http', 'decimal'];

/** Further modules of the standard library, which every Python has. */
const HEAVIER = [
  ...USUAL,
  ...['concurrent.futures', 'csv', 'ctypes', 'difflib', 'email.mime.multipart', 'ftplib', 'hashlib', 'html.parser'],
  ...['http.server', 'imaplib', 'logging.handlers', 'lzma', 'multiprocessing', 'pydoc', 'smtplib', 'statistics'],
  ...['tarfile', 'unittest.mock', 'urllib.request', 'uuid', 'xml.dom.minidom', 'xmlrpc.client', 'zipfile'],
];

/** Imports what its arguments name, and prints what that took. */
const PROGRAM = `
import importlib, sys, time
began = time.perf_counter()
for name in sys.argv[1:]:
    importlib.import_module(name)
took = (time.perf_counter() - began) * 1000
import json, resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
version = '.'.join(str(part) for part in sys.version_info[:3])
print(json.dumps({'imports': len(sys.argv) - 1, 'tookMs': took, 'peakBytes': peak, 'version': version}))
`;

/** The Python of the image with the usual imports, and with a heavier set in the template that carries it. */
export async function pythonChecks(run: Run, runtime: string): Promise<readonly Check[]> {
  const names = templateNames(run.id);
  const sets = [
    { name: 'python', template: names.plain, modules: USUAL },
    { name: 'python, heavier set', template: names.heavy, modules: HEAVIER },
  ];
  const checks: Check[] = [];
  for (const { name, template, modules } of sets) {
    checks.push(
      await check(name, run.signal, async () => {
        const sandbox = await start(run, runtime, { template });
        try {
          const result = await exec(run, sandbox, ['python3', '-c', PROGRAM, ...modules]);
          const told = result.exitCode === 0 ? JSON.parse(result.stdout) : null;
          const value =
            told === null
              ? `code ${result.exitCode}: ${result.stderr.trim().split('\n').at(-1)}`
              : `${told.imports} imports, ${Math.round(told.tookMs)} ms, ${mib(told.peakBytes)} MiB RSS`;
          return { isOk: told !== null, value, evidence: { template, modules, told, ...result } };
        } finally {
          await remove(run, sandbox);
        }
      }),
    );
  }
  return checks;
}
