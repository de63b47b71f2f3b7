/** What was typed or answered is repeated without what a terminal would act upon. */
export function printable(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, '?');
}
