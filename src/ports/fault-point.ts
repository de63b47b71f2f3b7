/** Named places at which a test may crash, throw or hold; does nothing in production. */
export type FaultPoint = (name: string) => Promise<void> | void;
