/**
 * Answers as pages show them: JSON, one or more values, in which `...` stands for what was left out. Returns the values;
 * throws where something else is wrong with the JSON.
 */
export function shownValues(text: string): readonly unknown[] {
  return topLevel(withoutDots(text)).map((value) => JSON.parse(value));
}

/** The JSON objects and arrays in what a program printed; what stands between them is passed over. */
export function printedValues(output: string): readonly unknown[] {
  const values: unknown[] = [];
  for (const value of topLevel(output, true)) {
    try {
      values.push(JSON.parse(value));
    } catch {
      // Braces of something else.
    }
  }
  return values;
}

/** Takes out each `...` outside of strings, with the comma that led to it. */
function withoutDots(text: string): string {
  const parts = text.split(/("(?:[^"\\]|\\.)*")/);
  const plain = parts.map((part, index) => (index % 2 === 1 ? part : part.replaceAll('...', ''))).join('');
  return plain.replace(/("(?:[^"\\]|\\.)*")|(?:,\s*)+(?=[}\]])/g, (_all, quoted = '') => quoted);
}

function topLevel(text: string, isMixed = false): readonly string[] {
  const values: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[{}[\]]/g)) {
    if (token.length > 1) continue;
    if (token === '{' || token === '[') {
      if (depth === 0 && !isMixed) nothingBetween(text.slice(from, index));
      if (depth === 0) from = index;
      depth += 1;
    } else if (depth > 0) {
      depth -= 1;
      if (depth === 0) values.push(text.slice(from, index + 1));
      if (depth === 0) from = index + 1;
    }
  }
  if (!isMixed) nothingBetween(text.slice(from));
  return values;
}

function nothingBetween(text: string): void {
  if (text.trim() !== '') throw new Error(`this is no JSON: ${text.trim()}`);
}
