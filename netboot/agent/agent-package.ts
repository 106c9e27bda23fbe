import { architectureOfRecord } from '../../lib/architecture.ts';

/** The package that every machine of an architecture gets besides its own; build-agent.ts makes it. */
export function agentPackage(architecture: string): string {
  return `gutinteg-agent@${architecture}`;
}

/** What every machine gets besides its own packages, by its record. */
export function packagesEverywhere(record: { readonly ARCH?: string }): readonly string[] {
  return [agentPackage(architectureOfRecord(record)?.name ?? String(record.ARCH))];
}
