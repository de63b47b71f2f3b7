/** What was opened, to be closed in reverse, also when a later step of opening fails. */
export interface CloseStack {
  add(close: () => unknown): void;
  /** Every step is tried; rejects with the first error after all. Closing twice is done. */
  close(): Promise<void>;
}

export function closeStack(): CloseStack {
  const steps: (() => unknown)[] = [];
  return {
    add: (close) => void steps.push(close),
    async close() {
      const errors: unknown[] = [];
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
        try {
          await step();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
  };
}
