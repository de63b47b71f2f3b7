import type { SandboxStart } from '../../sdk/wire.ts';

/** As it is written; an empty text asks for nothing. */
export interface StartForm {
  readonly template: string;
  readonly image: string;
  readonly command: string;
  readonly id: string;
  /** Seconds, or `none`. */
  readonly timeout: string;
  readonly onTimeout: string;
  readonly idle: string;
  readonly cpus: string;
  readonly memoryMb: string;
  readonly internet: string;
  readonly labels: string;
  readonly env: string;
}

export const EMPTY_FORM: StartForm = {
  ...{ template: 'base', image: '', command: '', id: '', timeout: '', onTimeout: 'stop', idle: '' },
  ...{ cpus: '', memoryMb: '', internet: 'yes', labels: '', env: '' },
};

/** What is asked of the service: it judges the values, and says which are wrong. */
export function wishOf(form: StartForm): SandboxStart {
  const { template, image, command, id, timeout, onTimeout, idle, cpus, memoryMb, internet, labels, env } = form;
  return {
    ...(id === '' ? {} : { id }),
    ...(template === '' ? { image } : { template }),
    ...(command.trim() === '' ? {} : { command: wordsOf(command) }),
    labels: pairsOf(labels, ':'),
    env: pairsOf(env, '='),
    resources: {
      ...(cpus === '' ? {} : { cpus: Number(cpus) }),
      ...(memoryMb === '' ? {} : { memoryMb: Number(memoryMb) }),
    },
    network: { internet: internet === 'yes' },
    lifetime: {
      ...(timeout === '' ? {} : { timeoutSeconds: timeout === 'none' ? null : Number(timeout) }),
      ...(idle === '' ? {} : { idleSeconds: Number(idle) }),
      ...(isTimeoutAction(onTimeout) ? { onTimeout } : {}),
    },
  };
}

function isTimeoutAction(text: string): text is 'stop' | 'pause' | 'delete' {
  return ['stop', 'pause', 'delete'].includes(text);
}

/** A JSON list where it is one: words that hold spaces need it. */
function wordsOf(command: string): string[] {
  try {
    const words: unknown = JSON.parse(command);
    if (Array.isArray(words)) return words.map(String);
  } catch {
    // Words by spaces then.
  }
  return command.trim().split(/\s+/);
}

function pairsOf(text: string, separator: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(separator);
      return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
