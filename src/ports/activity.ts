/** Tells that a sandbox is used: bytes of its data plane, exec, files, terminals. Never status reads. */
export interface Activity {
  /** Cheap: written at most once a second per sandbox, and in the background. */
  touch(id: string, incarnation: number): void;
}
