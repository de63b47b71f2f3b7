/** Runs the service until a signal ends it: the very program that `node dist/main.js` is, which lies beside this one. */
export async function serve(): Promise<void> {
  await import(new URL('./main.js', import.meta.url).href);
}
