/** The package that every machine gets besides its own; build-agent.ts makes it. */
export const AGENT_PACKAGE = 'gutinteg-agent';
