import { styleText } from 'node:util';

/** A promise of the design that did not hold while it was looked at. */
export class BrokenPromise extends Error {}

export interface Narrator {
  /** Runs one numbered step and says how long it took. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Says what was promised when it holds; throws BrokenPromise when it does not. */
  promise(holds: boolean, text: string): void;
  /** What was seen, as it is. */
  show(text: string): void;
}

export function narrator(): Narrator {
  const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];
  const paint = (style: 'bold' | 'dim' | 'green' | 'red', text: string) => (isColoured ? styleText(style, text) : text);
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  let number = 0;
  return {
    async step(title, work) {
      number += 1;
      say(`\n${paint('bold', `${number}. ${title}`)}`);
      const beganMs = performance.now();
      const result = await work();
      say(paint('dim', `   took ${Math.round(performance.now() - beganMs)} ms`));
      return result;
    },
    promise(holds, text) {
      say(`   ${holds ? paint('green', 'kept  ') : paint('red', 'BROKEN')} ${text}`);
      if (!holds) throw new BrokenPromise(text);
    },
    show(text) {
      for (const line of text.split('\n')) say(`          ${paint('dim', line)}`);
    },
  };
}
