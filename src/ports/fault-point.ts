/**
 * A named place at which a test may crash, throw or hold; in production there is none. A promise that never settles is a
 * process that died there.
 */
export type FaultPoint = (name: string) => Promise<void> | void;
