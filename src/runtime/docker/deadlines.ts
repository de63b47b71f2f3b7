/** How long one call may take, in milliseconds; `stop` comes on top of the grace. */
export interface Deadlines {
  readonly read: number;
  readonly create: number;
  readonly start: number;
  readonly freeze: number;
  readonly update: number;
  readonly stop: number;
  readonly kill: number;
  readonly remove: number;
  /** Without any news of a pull. */
  readonly pullStall: number;
  readonly ping: number;
}

/** lifecycle.md, "Order of writes". */
export const DEADLINES: Deadlines = {
  read: 5_000,
  create: 30_000,
  start: 120_000,
  freeze: 20_000,
  update: 20_000,
  stop: 20_000,
  kill: 60_000,
  remove: 60_000,
  pullStall: 120_000,
  ping: 2_000,
};

/**
 * What `run` resolves to, or a TimeoutError after `ms`, or the outer signal's reason: also when `run` never settles.
 * Its signal is aborted in both cases.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const { promise: cut, reject } = withRejection();
  const abort = (reason: unknown) => {
    controller.abort(reason);
    reject(reason);
  };
  const timer = setTimeout(() => abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError')), ms);
  const onOuterAbort = () => abort(outer?.reason);
  outer?.addEventListener('abort', onOuterAbort, { once: true });
  try {
    return await Promise.race([run(controller.signal), cut]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', onOuterAbort);
  }
}

function withRejection(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  promise.catch(() => {});
  return { promise, reject };
}
