/** The job that runs for each sandbox now, so that an accepted event can end its waiting. */
export interface JobsInFlight {
  /** Registers a job; the caller ends it with `done`. */
  begin(id: string): { readonly signal: AbortSignal; done(): void };
  /** Ends the waiting of the sandbox's job; nothing happens when it has none. */
  abort(id: string): void;
  abortAll(): void;
}

export function jobsInFlight(): JobsInFlight {
  const controllers = new Map<string, AbortController>();
  return {
    begin(id) {
      const controller = new AbortController();
      controllers.set(id, controller);
      return {
        signal: controller.signal,
        done: () => void (controllers.get(id) === controller && controllers.delete(id)),
      };
    },
    abort: (id) => controllers.get(id)?.abort(),
    abortAll() {
      for (const controller of controllers.values()) controller.abort();
    },
  };
}
