/** What a call that goes on inside a sandbox may be refused with; the last three by the agent there. */
export const ofUse = [
  ...(['sandbox_not_found', 'conflict', 'gone', 'unsupported', 'agent_unavailable'] as const),
  ...(['not_found', 'forbidden', 'disk_full'] as const),
] as const;
