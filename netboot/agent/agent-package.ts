import { architectureOfRecord } from '../../lib/architecture.ts';

/** The package that every machine of an architecture gets besides its own; build-agent.ts makes it. */
export function agentPackage(architecture: string): string {
  return `gutinteg-agent@${architecture}`;
}

/** Says to a machine which fleet it belongs to; publish-fleet-settings.ts makes it. */
export const fleetSettingsPackage = (mode: 'packages' | 'image'): string => `gutinteg-fleet-${mode}`;

type AgentRecord = { readonly ARCH?: string; readonly OSMODE?: string };

/** What every machine of a site with these settings gets besides its own packages, by its record. */
export const packagesEverywhere =
  (settings: { readonly fleet?: unknown }) =>
  (record: AgentRecord): readonly string[] => [
    agentPackage(architectureOfRecord(record)?.name ?? String(record.ARCH)),
    ...(settings.fleet === undefined
      ? []
      : [fleetSettingsPackage(record.OSMODE === 'packages' ? 'packages' : 'image')]),
  ];
