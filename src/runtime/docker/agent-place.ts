/** Where the agent lies inside every sandbox, read-only. */
export const AGENT_FOLDER = '/opt/sandglass';
