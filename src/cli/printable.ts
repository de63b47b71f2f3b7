/** What was typed or answered is repeated without what a terminal would act upon. */
export function printable(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, '?');
}

/** The same for a cell of a table. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
