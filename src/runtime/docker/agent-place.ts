/** Where the agent lies inside every sandbox, read-only. */
export const AGENT_FOLDER = '/opt/sandglass';
/** The port on which it listens inside. */
export const AGENT_PORT = 49983;
