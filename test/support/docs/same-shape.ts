import { printedValues, shownValues } from './shown-json.ts';

/** Numbers that say what happened, and do not vary from one run to the next. */
const EXACT_NUMBERS = ['status', 'exitCode', 'incarnation'];

/**
 * Where an answer that a page shows differs from the one that came; undefined when it does not. Each key that is shown
 * has to be there with a value of the same kind, and words have to be the same but for ids, times, spans and numbers in them.
 */
export function differenceOf(language: string, shown: string, output: string): string | undefined {
  return language === 'json' ? differenceOfJson(shown, output) : differenceOfText(shown, output);
}

function differenceOfJson(shown: string, output: string): string | undefined {
  const came = [...printedValues(output)];
  for (const value of shownValues(shown)) {
    const differences = came.map((one) => differenceAt('', value, one));
    const found = differences.indexOf(undefined);
    if (found < 0) return differences[0] ?? `nothing came that is ${JSON.stringify(value)}`;
    came.splice(0, found + 1);
  }
  return undefined;
}

function differenceAt(path: string, shown: unknown, came: unknown): string | undefined {
  const wrong = `${path === '' ? 'it' : path} is shown as ${JSON.stringify(shown)} and was ${JSON.stringify(came)}`;
  if (Array.isArray(shown)) {
    if (!Array.isArray(came)) return wrong;
    return first(shown.map((value, index) => differenceAt(`${path}[${index}]`, value, came[index])));
  }
  if (typeof shown === 'object' && shown !== null) {
    if (typeof came !== 'object' || came === null || Array.isArray(came)) return wrong;
    const keys = Object.entries(shown);
    return first(keys.map(([key, value]) => differenceAt(`${path}.${key}`, value, Reflect.get(came, key))));
  }
  if (typeof shown === 'string' && typeof came === 'string') {
    return isLine(shown.trimEnd(), came.trimEnd()) ? undefined : wrong;
  }
  const isExact = typeof shown !== 'number' || EXACT_NUMBERS.includes(path.replace(/.*\./, ''));
  return (isExact ? shown === came : typeof came === 'number') ? undefined : wrong;
}

function first(differences: readonly (string | undefined)[]): string | undefined {
  return differences.find((difference) => difference !== undefined);
}

/** Each line that is shown came, in this order. */
function differenceOfText(shown: string, output: string): string | undefined {
  const came = linesOf(output);
  for (const line of linesOf(shown)) {
    const found = came.findIndex((one) => isLine(line, one));
    if (found < 0) return `no line that is left is: ${line}\nleft:\n${came.join('\n')}`;
    came.splice(0, found + 1);
  }
  return undefined;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && line !== '...');
}

/** `...` within what is shown stands for anything. */
function isLine(shown: string, came: string): boolean {
  const parts = varying(shown).split('...').map(escaped);
  return new RegExp(`^${parts.join('.*')}$`, 's').test(varying(came));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** Ids, times, spans and numbers become a word for their kind; gaps of any width one space. */
function varying(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, '<time>')
    .replaceAll(/\b(?=[a-z0-9]*\d)[a-z0-9]{20}\b/g, '<id>')
    .replaceAll(/\b(?=[a-f]*\d)[0-9a-f]{8}\b/g, '<kind>')
    .replaceAll(/\breq_[A-Za-z0-9]+/g, '<request>')
    .replaceAll(/\b\d+(\.\d+)? ?(d|h|min|m|s|ms)\b( \d+ ?(h|min|m|s|ms)\b)*/g, '<span>')
    .replaceAll(/(?<=:)\d{4,5}\b/g, '<port>')
    .replaceAll(/\d+(\.\d+)*/g, '<n>')
    .replaceAll(/[ \t]+/g, ' ');
}
